"""The verb `animate`: its options, and how a denoising or a training becomes a film."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.config import SampleConfig, StudioConfig
from ddpm_studio.config.fields import add_option, settings_of
from ddpm_studio.errors import ConfigError
from ddpm_studio.events import FileWritten, Note, SampleStep
from ddpm_studio.export.film.kinds import KINDS, either, kind_of
from ddpm_studio.export.film.options import LARGEST_SCALE, FilmOptions
from ddpm_studio.export.places import check_folder, check_free, free_path
from ddpm_studio.project import Project, step_of
from ddpm_studio.recipe import Recipe, seeds_from
from ddpm_studio.words import several, size_in_words

if TYPE_CHECKING:  # torch comes with these, and --help must not wait for it
    import numpy as np

    from ddpm_studio.export.film.write import Film
    from ddpm_studio.training.loaded import Loaded

SUBJECTS = ("grid", "one", "both", "training")
SHOWS = ("x_t", "pred_x_0")
COUNT = 16  # pictures, unless something else is said
SHOWN_SIZE = 512  # pixels: films are enlarged to about this, by a whole number
PAGE_SIZE = 1600  # the same of a page of stages

Events = Iterator[object]


def add_arguments(animate: ArgumentParser, positive: Callable[[str], int]) -> None:
    """All options but those that `sample` has, too. positive: reads a whole number from 1."""
    animate.description = (
        "Export a denoising, or the training so far, as a film. The ending says the kind: "
        f"{either([kind.ending_in_words for kind in KINDS])}; a name without an ending becomes a "
        "folder with a PNG file for each frame."
    )
    animate.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the film to write"
    )
    animate.add_argument(
        "--of",
        choices=SUBJECTS,
        default="grid",
        help="all pictures (grid), one, both: noisy picture and what the model believes side by "
        "side, or training: the same noise painted by every checkpoint",
    )
    animate.add_argument("--count", type=positive, metavar="N", help=f"pictures ({COUNT})")
    animate.add_argument("--show", choices=SHOWS, help="the noisy picture (x_t), or the model's")
    size = animate.add_mutually_exclusive_group()
    for name, about in settings_of(FilmOptions).items():
        if about.help:
            parser = size if name in ("scale", "width") else animate
            add_option(parser, FilmOptions, name, positive)
    animate.add_argument("--no-recipe", action="store_true", help="leave out how it was made")
    animate.add_argument(
        "--strip", type=positive, metavar="N", help="instead: N stages on one page, .png or .webp"
    )


def usual_options(out: Path) -> dict[str, Any]:
    """What the command line would say if it said nothing but `--out`."""
    parser = ArgumentParser()
    add_arguments(parser, int)
    return vars(parser.parse_args(["--out", str(out)]))


def animate(project: Project, sample: SampleConfig, options: Namespace) -> Events:
    """Make the pictures, say how large the film will be, and write it.

    options: they passed `check_options`. Raises StudioError with one sentence.
    """
    from ddpm_studio.export.film.write import write_film, write_sequence, write_strip

    work = _Animation(project, sample, options)
    film = yield from work.make()
    settings = work.enlarged(film)
    yield Note(work.foretold(film, settings))
    out = free_path(options.out)  # somebody may have taken the name meanwhile
    recipe = None if options.no_recipe else work.recipe(settings)
    if options.strip:
        yield from write_strip(out, film, options.strip, settings, recipe)
    elif out.suffix:
        yield from write_film(out, film, settings, recipe)
    else:
        yield from write_sequence(out, film, settings, recipe)
    yield FileWritten(out)
    kind = "page" if options.strip else "film" if out.suffix else "folder of frames"
    yield Note(f"The {kind} is {out}")


def check_options(options: Namespace) -> None:
    """Raise StudioError with one sentence unless the options go together."""
    from ddpm_studio.export.film.pages import check_sequence_path, check_strip_path
    from ddpm_studio.export.film.write import check_film_path

    suffix = options.out.suffix.lower()
    if options.strip:
        check_strip_path(options.out)
        check_free(options.out)
    elif suffix or options.out.name.startswith("."):
        check_film_path(options.out)
        check_free(options.out)
    else:
        check_sequence_path(options.out)
        check_folder(options.out.parent)
    kind = None if options.strip else kind_of(suffix)
    has_palette = kind is not None and kind.colours is not None
    is_training = options.of == "training"
    wrong = {
        "--palette and --dither are for a GIF": (options.palette or options.dither)
        and not has_palette,
        "--of both shows x_t and pred_x_0, so leave out --show": options.show
        and options.of == "both",
        "--of training shows finished pictures, so leave out --show": options.show and is_training,
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


class _Animation:
    """One command: what is asked for, and which checkpoint it was made with."""

    def __init__(self, project: Project, sample: SampleConfig, options: Namespace) -> None:
        """Raises ConfigError, which names the option."""
        from ddpm_studio.device import select_device

        self._project, self._sample, self._options = project, sample, options
        self._settings = film_options(project, options)
        self._device = select_device(options.device)
        count = 1 if options.of == "one" else options.count or COUNT
        self._seeds = seeds_from(sample.seed, count)
        self._columns = 1 if options.strip else None  # of a page: a row for each picture
        self._recipe: Recipe | None = None  # of what the last network paints

    def make(self) -> Generator[object, None, Film]:
        """Paint it all. Raises StudioError before that if the film would be too large."""
        from ddpm_studio.training.checkpoints import choose_checkpoint

        if self._options.of == "training":
            self._check_size(self._project.config)
            return (yield from self._through_training())
        path = yield from choose_checkpoint(self._project, self._options.checkpoint)
        loaded = self._load(path)
        self._check_size(loaded.config)
        return (yield from self._denoise(loaded))

    def _load(self, path: Path) -> Loaded:
        from ddpm_studio.training.loaded import load

        loaded = load(path, self._options.weights, self._device)
        self._recipe = loaded.recipe(self._project.name, self._sample)
        return loaded

    def _through_training(self) -> Generator[object, None, Film]:
        from ddpm_studio.sampling.through_training import paint_through_training

        painted = yield from paint_through_training(
            self._project.checkpoint_paths(), self._load, self._sample, self._seeds
        )
        return self._training_film([step_of(path) for path in painted], list(painted.values()))

    def _training_film(self, steps: Sequence[int], pictures: Sequence[np.ndarray]) -> Film:
        from ddpm_studio.export.film.sources import training_film

        return training_film(steps, pictures.__getitem__, columns=self._columns)

    def _denoise(self, loaded: Loaded) -> Generator[SampleStep, None, Film]:
        """One denoising; what the film does not show is not kept."""
        from ddpm_studio.sampling.trajectory import trajectory

        steps, count = self._sample.num_inference_steps, len(self._seeds)
        sides: list[list[np.ndarray]] = [[] for _ in self._shows]
        for frame in trajectory(loaded, self._sample, self._seeds):
            for side, show in zip(sides, self._shows, strict=True):
                side.append(getattr(frame, show))
            yield SampleStep(frame.index, steps, count, 0, count)
        return self._film_of(sides, loaded.config)

    @property
    def _shows(self) -> tuple[str, ...]:
        return SHOWS if self._options.of == "both" else (self._options.show or SHOWS[0],)

    def _film_of(self, sides: Sequence[Sequence[np.ndarray]], config: StudioConfig) -> Film:
        from ddpm_studio.export.film.sources import both_film, grid_film
        from ddpm_studio.sampling.trajectory import trajectory_moments

        moments = trajectory_moments(config.diffusion, self._sample)
        if len(sides) == 2:
            return both_film(sides[0], sides[1], moments=moments, columns=self._columns)
        return grid_film(sides[0], moments=moments, columns=self._columns)

    def _check_size(self, config: StudioConfig) -> None:
        import numpy as np

        channels, height, width = config.pictures.shape
        empty = np.zeros((len(self._seeds), height, width, channels), np.uint8)
        if self._options.of == "training":
            steps = [step_of(path) for path in self._project.checkpoint_paths()]
            if steps:
                self._size(self._training_film(steps, [empty] * len(steps)), self._settings)
            return
        frames = [empty] * (self._sample.num_inference_steps + 1)
        self._size(self._film_of([frames for _ in self._shows], config), self._settings)

    def _size(self, film: Film, settings: FilmOptions) -> tuple[int, int]:
        """(width, height) in pixels. Raises ExportError with one sentence if it is too much."""
        from ddpm_studio.export.film.write import film_size, strip_size

        if self._options.strip:
            return strip_size(film, self._options.strip, settings)
        return film_size(film, settings, self._options.out.suffix)

    def enlarged(self, film: Film) -> FilmOptions:
        """The settings, with the enlargement that suits unless one was asked for."""
        if self._options.scale or self._options.width:
            return self._settings
        wanted = PAGE_SIZE if self._options.strip else SHOWN_SIZE
        longest = max(self._size(film, dataclasses.replace(self._settings, caption=False)))
        scale = max(1, min(LARGEST_SCALE, round(wanted / longest)))
        return dataclasses.replace(self._settings, scale=scale)

    def foretold(self, film: Film, settings: FilmOptions) -> str:
        """Such as "About 1.4 MB: 512 x 512 pixels, 69 frames, 5.8 seconds"."""
        from ddpm_studio.export.film.write import estimate_bytes, film_length

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
        film = {"of": options.of, "show": show, **dataclasses.asdict(settings)}
        return dataclasses.replace(
            self._recipe,
            seeds=seeds if len(seeds) > 1 else (),
            show=self._shows[0],
            film=film | ({"stages": options.strip} if options.strip else {}),
        ).to_text()
