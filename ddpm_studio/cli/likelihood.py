"""The verb `likelihood`: how many bits a model needs for pictures, and where they are."""

import itertools
import time
from argparse import Namespace
from collections.abc import Generator, Iterator

import numpy as np
import torch

from ddpm_studio.choices import read_choices
from ddpm_studio.data import prepare_pictures
from ddpm_studio.device import describe_device, select_device
from ddpm_studio.errors import PicturesError
from ddpm_studio.events import BitsMeasured, Note
from ddpm_studio.project import Project, step_of
from ddpm_studio.training.checkpoints import choose_checkpoint
from ddpm_studio.training.held_out import split_held_out
from ddpm_studio.training.likelihood import BitsMeter
from ddpm_studio.training.loaded import load_network
from ddpm_studio.words import duration_in_words, several

SHOWN = 8  # lines that tell where the bits are
VARIANCE_WORDS = {"learned": "as the model learned it", "beta": "beta", "posterior": "beta tilde"}


def likelihood(options: Namespace) -> Iterator[object]:
    """Measure the newest model of a project, picture by picture; when stopped, what there is."""
    project = Project.open(options.project)
    project.check_pictures()
    checkpoint = yield from choose_checkpoint(project, options.checkpoint)
    network = load_network(checkpoint, options.weights, select_device(options.device))
    meter = BitsMeter(network, variance=options.variance)
    pictures = yield from _pictures(project, network.config.train.held_out_share, options)
    yield _cost(meter, pictures)
    for event in meter.measure(pictures):
        yield event
        if options.interrupted:
            break
    found = meter.so_far(step_of(checkpoint), options.of)
    if found is None:
        yield Note("Not one picture was measured to its end.")
        return
    yield found  # for programs; people read the lines
    for line in lines_of(found, network.process.num_timesteps):
        yield Note(line)


def _pictures(
    project: Project, share: float, options: Namespace
) -> Generator[object, None, np.ndarray]:
    """Those that are asked about, spread evenly over all there are: uint8 (N, H, W, C)."""
    found = yield from prepare_pictures(
        project.pictures, project.config.pictures, project.cache, read_choices(project.path)
    )
    learned, kept_out = split_held_out([one.facts.digest for one in found.taken], share)
    chosen = learned if options.of == "learned" else kept_out
    if not len(chosen):
        raise PicturesError(
            "No picture was kept aside from what this model learned; measure those that it learned "
            "from with --of learned, or train a new project of 10 pictures or more with "
            "train.held_out_share above 0."
        )
    count = min(options.count, len(chosen))
    places = np.linspace(0, len(chosen) - 1, count).round().astype(int)
    return found.records[found.rows[chosen[places]]]


def _cost(meter: BitsMeter, pictures: np.ndarray) -> Note:
    """What it will take, from a look at the first picture; the very first look is slower."""
    for _ in range(2):
        began = time.perf_counter()
        asked = meter.look(pictures[0])
        seconds = time.perf_counter() - began
    whole = seconds / asked * meter.looks * len(pictures)
    return Note(
        f"{several(len(pictures), 'picture')}, {several(meter.looks, 'look')} of the network at "
        f"each: about {duration_in_words(whole)} on {describe_device(meter.network.device)}"
    )


def lines_of(found: BitsMeasured, num_timesteps: int) -> Iterator[str]:
    """For people: the figure with its standard error, its parts, and where the steps' bits are."""
    pictures = several(found.count, f"{found.of} picture")
    error = f" ± {found.error:.3f}" if found.count > 1 else ""
    yield (
        f"{found.bits:.3f}{error} bits for each 8-bit value, of {pictures}, at step "
        f"{found.step:,}; the variance of a step back is {VARIANCE_WORDS[found.variance]}"
    )
    steps = torch.tensor(found.parts).sum()
    yield f"  prior {found.prior:.4f}, steps {float(steps):.3f}, decoder {found.decoder:.3f}"
    for first, last, bits in _shown(found, num_timesteps):
        yield f"  t {first} to {last}: {bits:.4f}"


def _shown(found: BitsMeasured, num_timesteps: int) -> Iterator[tuple[int, int, float]]:
    """A few ranges of timesteps with their bits, each several times as far as the one before."""
    edges = np.unique(np.geomspace(1, num_timesteps, SHOWN + 1).round().astype(int))
    starts, parts = np.array(found.starts), np.array(found.parts)
    for first, end in itertools.pairwise(edges):
        is_here = (starts >= first) & (starts < end)
        if is_here.any():
            yield int(first), int(end - 1), float(parts[is_here].sum())
