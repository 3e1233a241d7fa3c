"""What each verb of the command line does, as a generator of events."""

import dataclasses
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from ddpm_studio.cli import no_effect
from ddpm_studio.cli.animate import animate as animate_project
from ddpm_studio.cli.animate import check_options as check_animate_options
from ddpm_studio.cli.check import check
from ddpm_studio.cli.likelihood import likelihood
from ddpm_studio.cli.plan import plan
from ddpm_studio.cli.remake import recipe, remake
from ddpm_studio.cli.sheet import write_sheet
from ddpm_studio.config import SampleConfig, StudioConfig
from ddpm_studio.config.enlargement import Enlargement
from ddpm_studio.config.fields import settings_of
from ddpm_studio.config.methods import with_method
from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.data.any_picture import check_any_picture
from ddpm_studio.data.sample_pictures import write_sample_pictures
from ddpm_studio.device import select_device
from ddpm_studio.errors import ConfigError, PicturesError
from ddpm_studio.events import FileWritten, Note, Progress, SampleFinished, Work
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.images import check_longest, enlarged, write_png
from ddpm_studio.export.places import check_file, check_folder, free_path, make_folder
from ddpm_studio.project import FILE_NAME, Project, check_new
from ddpm_studio.recipe import seeds_from
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sampling.generate import generate
from ddpm_studio.torchrun import is_leader
from ddpm_studio.training import train as train_project
from ddpm_studio.training.checkpoints import choose_checkpoint
from ddpm_studio.training.enough_memory import parts_that_fit
from ddpm_studio.training.loaded import load
from ddpm_studio.training.works import note_use
from ddpm_studio.words import several

SAMPLE_PICTURES = 400

Events = Iterator[object]
__all__ = [
    "animate",
    "check",
    "demo",
    "likelihood",
    "new",
    "plan",
    "recipe",
    "remake",
    "sample",
    "sheet",
    "train",
]


def new(options: Namespace) -> Events:
    """Make a project from the user's pictures, or from drawn ones."""
    config = with_method(preset(options.preset), options.method)
    settings = [f"pictures.size={options.size}"] if options.size else []
    config = with_settings(config, [*settings, *options.settings])
    yield from no_effect.of_diffusion(config.diffusion)
    yield from _new_project(options.project, options.images, config)
    yield Note(
        f"{options.project} is ready; train it with: "
        f"ddpm-studio train {options.project} --minutes 10"
    )


def train(options: Namespace) -> Events:
    """Train for a while."""
    project = Project.open(options.project)
    if options.images is not None:
        project = _with_pictures(project, options.images)
    if options.settings:
        project = _with_settings(project, options.settings, options.device)
    result = yield from train_project(
        project,
        device=options.device,
        steps=options.steps,
        seconds=options.minutes * 60 if options.minutes else None,
    )
    yield Note(f"Trained to step {result.step}; the previews are in {project.samples}")


def sample(options: Namespace) -> Events:
    """Make pictures and write each as a PNG with its recipe."""
    project = Project.open(options.project)
    settings = _sample_config(project, options)
    seeds = seeds_from(settings.seed, options.count)
    said = {name: getattr(options, name) for name in settings_of(Enlargement)}
    size = Enlargement(**{name: value for name, value in said.items() if value is not None})
    _, height, width = project.config.pictures.shape
    check_longest("picture", size.size_of(width, height))
    check_folder(options.out)
    yield from no_effect.of_samplers([settings])
    checkpoint = yield from choose_checkpoint(project, options.checkpoint)
    device = select_device(options.device)
    note_use(checkpoint, options.weights, options.out)
    loaded = load(checkpoint, options.weights, device)
    recipe = loaded.recipe(project.name, settings)
    make_folder(options.out)
    name = f"{project.name}_step{recipe.step:08d}_seed"
    check_file(free_path(options.out / f"{name}{seeds[-1]:06d}.png"))
    calls = 0
    for event in generate(loaded, settings, seeds):
        yield event
        if isinstance(event, SampleFinished):
            calls = max(calls, event.calls)
            path = free_path(options.out / f"{name}{event.seed:06d}.png")
            made = dataclasses.replace(recipe, seed=event.seed, size=size)
            write_png(path, enlarged(event.picture, size), made.to_text())
            yield FileWritten(path)
    are = "is" if options.count == 1 else "are"
    yield Note(
        f"{several(options.count, 'picture')} {are} in {options.out}, made with "
        f"{several(calls, 'call')} of the network each"
    )


def animate(options: Namespace) -> Events:
    """Export a denoising, or the training so far, as a film."""
    check_animate_options(options)
    project = Project.open(options.project)
    settings = _sample_config(project, options)
    yield from no_effect.of_samplers([settings])
    yield from no_effect.of_films(options)
    yield from animate_project(project, settings, options)


def sheet(options: Namespace) -> Events:
    """Paint an XY sheet and write it as one page."""
    project = Project.open(options.project)
    yield from write_sheet(project, _sample_config(project, options), options)


def demo(options: Namespace) -> Events:
    """The main job once: sample pictures, training, 16 new pictures, a film."""
    path = options.project
    if not (path / FILE_NAME).exists():
        yield from _new_project(path, None, preset("sketch"))
    shared = {"device": options.device, "settings": [], "checkpoint": None, "weights": "ema"}
    minutes = None if options.steps else options.minutes
    length = {"steps": options.steps, "minutes": minutes, "images": None}
    yield from train(Namespace(project=path, **length, **shared))
    choices = {"steps": None, "eta": None, "sampler": None, "seed": None}
    made = free_path(path / "gallery" / "demo")
    painted = {"out": made, "count": 16, **dict.fromkeys(settings_of(Enlargement))}
    yield from sample(Namespace(project=path, **painted, **choices, **shared))
    film = dict.fromkeys(["count", "show", "no_recipe", "strip", *settings_of(FilmOptions)])
    film |= {"of": "grid", "out": made / "denoising.gif"}
    yield from animate(Namespace(project=path, **film, **choices, **shared))


def _new_project(path: Path, images: Path | None, config: StudioConfig) -> Events:
    if images is None:  # drawn first, so that what is a project has all its pictures
        images = path / "pictures"
        check_new(path.resolve(), images.resolve())
        for done in write_sample_pictures(images, SAMPLE_PICTURES):
            yield Progress(Work.DRAWING, done, SAMPLE_PICTURES)
    else:
        yield from _looked_at(path.resolve(), images.expanduser().resolve(), config)
    Project.create(path, images, config)


def _looked_at(path: Path, images: Path, config: StudioConfig) -> Events:
    """A word if a folder of the project has no pictures yet; of others it is an error."""
    check_new(path, images)
    try:
        yield from check_any_picture(images, config.pictures)
    except PicturesError as error:
        if not images.is_relative_to(path):
            raise
        yield Note(str(error))


def _with_settings(project: Project, settings: list[str], device: str) -> Project:
    """The project with other settings, saved by the one process that may write.

    Raises StudioError, and keeps those it has, if memory does not take them.
    """
    config = with_settings(project.config, settings)
    parts_that_fit(config, select_device(device))
    if not is_leader():
        return dataclasses.replace(project, config=config)
    with project.lock():  # whoever trains it now keeps the settings
        return project.with_config(config)


def _with_pictures(project: Project, folder: Path) -> Project:
    """The project with another pictures folder, saved by the one process that may write."""
    if not is_leader():
        return dataclasses.replace(project, pictures=folder.expanduser().resolve())
    with project.lock():
        return project.with_pictures(folder)


def _sample_config(project: Project, options: Namespace) -> SampleConfig:
    """The project's sampling settings with those of the command line."""
    if not all(setting.startswith("sample.") for setting in options.settings):
        raise ConfigError("Only sample.* settings can be set here, such as sample.clip=false.")
    given = {
        "num_inference_steps": options.steps,
        "eta": options.eta,
        "sampler": options.sampler,
        "seed": options.seed,
    }
    words = [f"sample.{name}={value}" for name, value in given.items() if value is not None]
    usual = []
    if options.steps is None and options.sampler in SAMPLERS:
        steps = min(SAMPLERS[options.sampler].usual_steps, project.config.diffusion.num_timesteps)
        usual = [f"sample.num_inference_steps={steps}"]
    return with_settings(project.config, [*usual, *options.settings, *words]).sample
