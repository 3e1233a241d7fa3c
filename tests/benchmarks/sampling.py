"""How fast pictures are made, beside diffusers and at equal quality; run by hand:

python -m tests.benchmarks.sampling --preset sketch
python -m tests.benchmarks.sampling --project fruit --folder fruit/images --tool distance.py

The first compares with diffusers' DDIMPipeline: same weights, steps and batch, in turn in one run.
The second finds how few steps each sampler needs to paint as well as 250 steps of DDIM do, within
5 %. The tool is a Python file as `tests.benchmarks.ema` takes it.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMPipeline, DDIMScheduler, UNet2DModel

from ddpm_studio.config import SampleConfig, StudioConfig
from ddpm_studio.config.presets import PRESETS, preset
from ddpm_studio.device import describe_device, select_device, select_precision
from ddpm_studio.events import SampleFinished
from ddpm_studio.nn import UNet
from ddpm_studio.nn.diffusers_names import diffusers_settings, to_diffusers
from ddpm_studio.project import Project
from ddpm_studio.sampling.generate import generate
from ddpm_studio.sampling.network import Network
from ddpm_studio.training import find_checkpoint, load_model
from tests.benchmarks.ema import distance_from

STANDARD = SampleConfig(num_inference_steps=250)
WITHIN = 1.05  # of the standard's distance
LADDERS = {  # steps that are tried, until one is good enough
    "ddim": (15, 20, 25, 35, 50, 70, 100, 250),
    "ddpm": (50, 100, 250),
    "dpmpp_2m": (6, 8, 10, 12, 15, 20, 30, 50),
    "heun": (6, 8, 10, 12, 15, 20, 30, 50),
}


def main() -> None:
    options = parse()
    device = select_device(options.device)
    if options.project is None:
        beside_diffusers(options, device)
    else:
        at_equal_quality(options, device)


def beside_diffusers(options: argparse.Namespace, device: torch.device) -> None:
    config = preset(options.preset)
    precision = select_precision(config.train.precision, device)
    model = with_numbers(UNet(config.model)).eval().to(device)
    sample = SampleConfig(num_inference_steps=options.steps)
    seeds = range(options.count)
    theirs = pipeline_of(model, config, device)

    def pipeline(mixed: bool) -> Callable[[], object]:
        def make() -> object:
            context: AbstractContextManager[object] = (
                torch.autocast(device.type, precision) if mixed else nullcontext()
            )
            with context:
                return theirs(
                    batch_size=options.count,
                    num_inference_steps=options.steps,
                    output_type="np",
                    generator=torch.Generator().manual_seed(0),
                )

        return make

    works: dict[str, Callable[[], object]] = {
        "DDPM Studio": lambda: list(
            generate(Network(model, config, device), sample, seeds, options.count)
        ),
        "DDIMPipeline, its float32": pipeline(mixed=False),
    }
    if precision is not torch.float32:
        works[f"DDIMPipeline, {str(precision).removeprefix('torch.')}"] = pipeline(mixed=True)
    print(
        f"{options.preset}, {options.count} pictures of {config.pictures.size} px, "
        f"{options.steps} steps, {describe_device(device)}\n"
    )
    times = alternate(works, options.rounds, device)
    print(f"{'':<28}{'pictures/s':>11}{'s for all':>11}{'ours is':>9}")
    for name, taken in times.items():
        pairs = zip(taken, times["DDPM Studio"], strict=True)
        ratio = statistics.median(other / ours for other, ours in pairs)
        middle = statistics.median(taken)
        print(f"{name:<28}{options.count / middle:>11.2f}{middle:>11.2f}{ratio:>8.2f}x")


def at_equal_quality(options: argparse.Namespace, device: torch.device) -> None:
    project = Project.open(options.project)
    model, config = load_model(find_checkpoint(project), device=device)
    distance = distance_of(options, config)

    def painted(sample: SampleConfig) -> tuple[float, float]:
        """The distance, and how many pictures a second."""
        before = time.perf_counter()
        pictures = [
            event.picture
            for event in generate(Network(model, config, device), sample, range(options.count), 64)
            if isinstance(event, SampleFinished)
        ]
        seconds = time.perf_counter() - before
        return distance(np.stack(pictures)), options.count / seconds

    standard, rate = painted(STANDARD)
    print(f"DDIM, 250 steps: distance {standard:.1f}, {rate:.2f} pictures/s", flush=True)
    print(f"{'':<12}{'steps':>6}{'distance':>10}{'of 250':>8}{'pictures/s':>12}{'faster':>8}")
    for sampler, ladder in LADDERS.items():
        for steps in ladder:
            found, pace = painted(SampleConfig(sampler=sampler, num_inference_steps=steps))
            share, faster = found / standard, pace / rate
            print(
                f"{sampler:<12}{steps:>6}{found:>10.1f}{share:>8.2f}{pace:>12.2f}{faster:>7.1f}x",
                flush=True,
            )
            if share <= WITHIN:
                break


def distance_of(options: argparse.Namespace, config: StudioConfig) -> Callable[[np.ndarray], float]:
    if options.folder is None or options.tool is None:
        raise SystemExit("With --project, --folder and --tool are needed, too.")
    return distance_from(options.tool, options.folder, config.pictures.size)


def pipeline_of(model: UNet, config: StudioConfig, device: torch.device) -> DDIMPipeline:
    """diffusers' pipeline around the same weights."""
    unet = UNet2DModel(**diffusers_settings(config.model))
    weights = to_diffusers(model.state_dict(), config.model)
    unet.load_state_dict({name: tensor.clone() for name, tensor in weights.items()})
    schedule = DDIMScheduler(
        beta_schedule="squaredcos_cap_v2",
        prediction_type="v_prediction",
        timestep_spacing="trailing",
        clip_sample=True,
    )
    pipeline = DDIMPipeline(unet.to(device).eval(), schedule)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def with_numbers(model: UNet) -> UNet:
    """Weights as after some training: none of them is zero."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            if not parameter.any():
                parameter.normal_(0, 0.02, generator=generator)
    return model


def alternate(
    works: dict[str, Callable[[], object]], rounds: int, device: torch.device
) -> dict[str, list[float]]:
    """Seconds of each, in turn, after one round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            before = time.perf_counter()
            work()
            if device.type != "cpu":
                torch.accelerator.synchronize()
            if number:
                times[name].append(time.perf_counter() - before)
    return times


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--preset", choices=tuple(PRESETS), default="sketch")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--count", type=int, default=16, help="pictures")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--project", type=Path)
    parser.add_argument("--folder", type=Path, help="the real pictures")
    parser.add_argument("--tool", type=Path)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
