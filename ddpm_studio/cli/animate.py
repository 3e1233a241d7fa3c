"""The verb `animate`: how a denoising or a training becomes a film."""

import dataclasses
from argparse import Namespace
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ddpm_studio.config import SampleConfig, StudioConfig
from ddpm_studio.config.enlargement import LARGEST_SCALE
from ddpm_studio.config.fields import settings_of
from ddpm_studio.device import select_device
from ddpm_studio.diffusion import Process
from ddpm_studio.errors import ConfigError
from ddpm_studio.events import FileWritten, Note, SampleStep
from ddpm_studio.export.film.estimate import estimate_bytes
from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.kinds import kind_of
from ddpm_studio.export.film.options import AS_PICTURE, SHOWS, USUAL_COUNT, FilmOptions
from ddpm_studio.export.film.sources import denoising_film, training_film
from ddpm_studio.export.film.write import check_path, film_size, write
from ddpm_studio.export.places import free_path
from ddpm_studio.project import Project, step_of
from ddpm_studio.recipe import Recipe, seeds_from
from ddpm_studio.sampling.through_training import paint_through_training
from ddpm_studio.sampling.trajectory import TrajectoryFrame, trajectory, trajectory_moments
from ddpm_studio.training.checkpoints import choose_checkpoint
from ddpm_studio.training.loaded import Loaded, load
from ddpm_studio.training.works import note_use
from ddpm_studio.words import several, size_in_words

SHOWN_SIZE = 512  # pixels: films are enlarged to about this, by a whole number
PAGE_SIZE = 1600  # the same of a page of stages

Events = Iterator[object]


def animate(project: Project, sample: SampleConfig, options: Namespace) -> Events:
    """Make the pictures, say how large the film will be, and write it.

    options: they passed `check_options`. Raises StudioError with one sentence.
    """
    work = _Animation(project, sample, options)
    film = yield from work.make()
    settings = work.enlarged(film)
    yield Note(work.foretold(film, settings))
    out = free_path(options.out)  # somebody may have taken the name meanwhile
    recipe = None if options.no_recipe else work.recipe(settings)
    yield from write(out, film, settings, recipe, options.strip or 0)
    yield FileWritten(out)
    kind = "page" if options.strip else "film" if out.suffix else "folder of frames"
    yield Note(f"The {kind} is {out}")


def check_options(options: Namespace) -> None:
    """Raise StudioError with one sentence unless the options go together."""
    check_path(options.out, options.strip or 0)
    kind = None if options.strip else kind_of(options.out.suffix)
    has_palette = kind is not None and kind.colours is not None
    is_training = options.of == "training"
    has_canvas = options.canvas not in (None, AS_PICTURE)
    wrong = {
        "--palette and --dither are for a GIF": (options.palette or options.dither)
        and not has_palette,
        "--of both shows x_t and pred_x_0, so leave out --show": options.show
        and options.of == "both",
        "--of training shows finished pictures, so leave out --show": options.show and is_training,
        "--canvas is the size of what moves, so leave out --strip": has_canvas and options.strip,
        "--canvas says the size, so leave out --scale and --width": has_canvas
        and (options.scale or options.width),
        "--fit says how a picture lies in its --canvas": options.fit and not has_canvas,
        "--of training takes every checkpoint, so leave out --checkpoint": is_training
        and options.checkpoint is not None,
        "--of one is a single picture, so leave out --count": options.of == "one"
        and options.count not in (None, 1),
    }
    for sentence, is_wrong in wrong.items():
        if is_wrong:
            raise ConfigError(f"{sentence}.")


def film_options(project: Project, options: Namespace) -> FilmOptions:
    """As the command line says; the enlargement, if it says none, follows later.

    Raises ConfigError, which names the option.
    """
    said = {name: getattr(options, name, None) for name in settings_of(FilmOptions)}
    return FilmOptions(
        **{name: value for name, value in said.items() if value is not None}
        # for what cannot be transparent
        | {"background": project.config.pictures.background}
    )


def painted(
    frames: Iterable[TrajectoryFrame], shows: Sequence[str], last: int, count: int
) -> Generator[SampleStep, None, list[list[np.ndarray]]]:
    """Of each of `shows` all frames, uint8 (N, H, W, C); what is not shown is not kept.

    last: the index of the last frame; count: of pictures.
    """
    sides: list[list[np.ndarray]] = [[] for _ in shows]
    for frame in frames:
        for side, show in zip(sides, shows, strict=True):
            side.append(getattr(frame, show))
        yield SampleStep(frame.index, last, count, 0, count)
    return sides


class _Animation:
    """One command: what is asked for, and which checkpoint it was made with."""

    def __init__(self, project: Project, sample: SampleConfig, options: Namespace) -> None:
        """Raises ConfigError, which names the option."""
        self._project, self._sample, self._options = project, sample, options
        self._settings = film_options(project, options)
        self._device = select_device(options.device)
        count = 1 if options.of == "one" else options.count or USUAL_COUNT
        self._seeds = seeds_from(sample.seed, count)
        self._columns = 1 if options.strip else None  # of a page: a row for each picture
        self._recipe: Recipe | None = None  # of what the last network paints

    def make(self) -> Generator[object, None, Film]:
        """Paint it all. Raises StudioError before that if the film would be too large."""
        if self._options.of == "training":
            self._check_training_size()
            return (yield from self._through_training())
        path = yield from choose_checkpoint(self._project, self._options.checkpoint)
        note_use(path, self._options.weights, self._options.out)
        loaded = self._load(path)
        self._check_size(loaded)
        return (yield from self._denoise(loaded))

    def _load(self, path: Path) -> Loaded:
        loaded = load(path, self._options.weights, self._device)
        self._recipe = loaded.recipe(self._project.name, self._sample)
        return loaded

    def _through_training(self) -> Generator[object, None, Film]:
        painted = yield from paint_through_training(
            self._project.checkpoint_paths(), self._load, self._sample, self._seeds
        )
        return self._training_film([step_of(path) for path in painted], list(painted.values()))

    def _training_film(self, steps: Sequence[int], pictures: Sequence[np.ndarray]) -> Film:
        return training_film(steps, pictures.__getitem__, columns=self._columns)

    def _denoise(self, loaded: Loaded) -> Generator[SampleStep, None, Film]:
        frames = trajectory(loaded, self._sample, self._seeds)
        last, count = self._sample.num_inference_steps, len(self._seeds)
        sides = yield from painted(frames, self._shows, last, count)
        return self._film_of(sides, loaded.process)

    @property
    def _shows(self) -> tuple[str, ...]:
        return SHOWS if self._options.of == "both" else (self._options.show or SHOWS[0],)

    def _film_of(self, sides: Sequence[Sequence[np.ndarray]], process: Process) -> Film:
        moments = trajectory_moments(process, self._sample)
        return denoising_film(sides, moments=moments, columns=self._columns)

    def _check_training_size(self) -> None:
        steps = [step_of(path) for path in self._project.checkpoint_paths()]
        if steps:
            empty = self._empty(self._project.config)
            self._size(self._training_film(steps, [empty] * len(steps)), self._settings)

    def _check_size(self, loaded: Loaded) -> None:
        frames = [self._empty(loaded.config)] * (self._sample.num_inference_steps + 1)
        self._size(self._film_of([frames for _ in self._shows], loaded.process), self._settings)

    def _empty(self, config: StudioConfig) -> np.ndarray:
        """A frame before it is painted: uint8 (N, H, W, C)."""
        channels, height, width = config.pictures.shape
        return np.zeros((len(self._seeds), height, width, channels), np.uint8)

    def _size(self, film: Film, settings: FilmOptions) -> tuple[int, int]:
        """(width, height) in pixels. Raises ExportError with one sentence if it is too much."""
        return film_size(film, settings, self._options.out.suffix, self._options.strip or 0)

    def enlarged(self, film: Film) -> FilmOptions:
        """The settings, with the enlargement that suits unless one was asked for."""
        if self._options.scale or self._options.width or self._settings.canvas_size:
            return self._settings
        wanted = PAGE_SIZE if self._options.strip else SHOWN_SIZE
        longest = max(self._size(film, dataclasses.replace(self._settings, caption=False)))
        scale = max(1, min(LARGEST_SCALE, round(wanted / longest)))
        return dataclasses.replace(self._settings, scale=scale)

    def foretold(self, film: Film, settings: FilmOptions) -> str:
        """Such as "About 1.4 MB: 512 x 512 pixels, 69 frames, 5.8 seconds"."""
        from ddpm_studio.export.film.write import film_length

        suffix, stages = self._options.out.suffix, self._options.strip
        nbytes = estimate_bytes(film, settings, suffix, stages)
        width, height = self._size(film, settings)
        about = f"About {size_in_words(nbytes)}: {width} x {height} pixels, "
        if stages:
            return f"{about}{several(stages, 'stage')}"
        frames, seconds = film_length(film, settings, suffix)
        return f"{about}{several(frames, 'frame')}, {seconds:.1f} seconds"

    def recipe(self, settings: FilmOptions) -> str:
        """How the last frame was made, and the film, as JSON text."""
        assert self._recipe is not None, "nothing was painted"
        options, seeds = self._options, tuple(self._seeds)
        show = "both" if options.of == "both" else self._shows[0]
        film = {"of": options.of, "show": show, **settings.said}
        return dataclasses.replace(
            self._recipe,
            seeds=seeds if len(seeds) > 1 else (),
            show=self._shows[0],
            film=film | ({"stages": options.strip} if options.strip else {}),
        ).to_text()
