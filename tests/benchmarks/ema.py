"""Whether averaged weights paint better than plain ones, step by step; run by hand:

python -m tests.benchmarks.ema FOLDER --tool picture_distance.py

FOLDER holds pictures to train on. The tool is a Python file with `load(folder, size)` -> float32
(N, H, W, 3) in 0 .. 255 and `sliced_wasserstein(a, b)` -> (distance, ...). With --out, the
pictures are kept as grids, too.
"""

import argparse
import importlib.util
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.events import BothPainted, TrainStep
from ddpm_studio.export.images import picture_grid, write_png
from ddpm_studio.project import Project
from ddpm_studio.training import train
from ddpm_studio.training.live import Live

STEPS = (300, 600, 1200, 2300)
FIRST_SEED = 1000  # not those of the previews

Distance = Callable[[np.ndarray], float]  # of uint8 (N, H, W, 3) from the real pictures


def main() -> None:
    options = parse()
    distance = distance_from(options.tool, options.folder, preset(options.preset).pictures.size)
    print(f"{'step':>6}{'averaged':>11}{'plain':>9}{'averaged / plain':>19}", flush=True)
    worse = []
    for both in looks(options):
        if options.out is not None:
            options.out.mkdir(parents=True, exist_ok=True)
            for name in ("averaged", "plain"):
                grid = picture_grid(getattr(both, name))
                write_png(options.out / f"step_{both.step:08d}_{name}.png", grid)
        averaged, plain = distance(both.averaged), distance(both.plain)
        print(f"{both.step:>6}{averaged:>11.1f}{plain:>9.1f}{averaged / plain:>19.2f}", flush=True)
        if averaged > plain:
            worse.append(both.step)
    if worse:
        print(f"The average was worse at {', '.join(map(str, worse))}.")
    else:
        print("The average was never worse.")


def looks(options: argparse.Namespace) -> Iterator[BothPainted]:
    """Train, and paint with both kinds of weights after each of the steps."""
    settings = ["train.preview_every=1000000", "train.checkpoint_seconds=1000000", *options.set]
    config = with_settings(preset(options.preset), settings)
    seeds = range(FIRST_SEED, FIRST_SEED + options.count)
    with tempfile.TemporaryDirectory() as folder:
        project = Project.create(Path(folder) / "project", options.folder, config)
        live = Live()
        for event in train(project, device=options.device, steps=max(options.steps), live=live):
            if isinstance(event, TrainStep) and event.step in options.steps:
                *_, finished = live.paint(seeds, options.sample_steps)
                yield finished


def distance_from(tool: Path, folder: Path, size: int) -> Distance:
    """The tool's distance from all pictures of a folder, at a size in pixels."""
    spec = importlib.util.spec_from_file_location("picture_distance", tool)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    real = module.load(str(folder), size)

    def distance(pictures: np.ndarray) -> float:
        return float(module.sliced_wasserstein(pictures.astype(np.float32), real)[0])

    return distance


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Are averaged weights better than plain ones?")
    parser.add_argument("folder", type=Path, help="pictures in colour")
    parser.add_argument("--tool", type=Path, required=True, help="picture_distance.py")
    parser.add_argument("--out", type=Path, help="where to keep the pictures")
    parser.add_argument("--preset", default="sketch")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS)
    parser.add_argument("--count", type=int, default=128, help="pictures")
    parser.add_argument("--sample-steps", type=int, default=50, help="denoising steps")
    return parser.parse_args()


if __name__ == "__main__":
    main()
