"""How fast a training step is, against the machine's limit and against others; run by hand:

python -m tests.benchmarks.training --preset small --precision fp32
"""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from ddpm_studio.config.presets import PRESETS, preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.device import describe_device, freed_memory_kept, select_device
from ddpm_studio.training import Trainer
from tests.benchmarks.recipes import DiffusersTrainer, PlainTrainer

PICTURES, WARM_UP = 512, 3
SIDES = (1024, 2048, 4096)  # of the square matrices that tell what the machine can do
GROUPS = {  # of kernels, by what their names hold; the first that fits
    "convolutions": ("conv", "mkldnn_reorder"),
    "matrix products, attention": ("mm", "linear", "softmax", "attention"),
    "normalisation": ("norm",),
    "activations": ("silu",),
    "optimizer, EMA, clipping": ("adam", "lerp", "foreach", "_norm"),
    "copies, joins, additions": ("cat", "copy", "add", "mul", "upsample", "zero", "fill", "sum"),
}


def main() -> None:
    options = parse()
    device = select_device(options.device)
    trainer = Trainer(config_of(options), pictures_of(options.preset), device)
    works: dict[str, Callable[[], object]] = {"DDPM Studio": trainer.train_step}
    for _ in range(3):  # away from the zeros of the start
        trainer.train_step()
    works["diffusers, its script"] = DiffusersTrainer(trainer, is_tuned=False).train_step
    works["diffusers, tuned"] = DiffusersTrainer(trainer).train_step
    works["plain PyTorch loop"] = PlainTrainer(trainer).train_step
    batch = trainer.config.train.batch_size
    print(
        f"{options.preset}, batch {batch}, {trainer.config.pictures.size} px, "
        f"{str(trainer.precision).removeprefix('torch.')}, {describe_device(device)}\n"
    )
    with freed_memory_kept(device):  # for all of them: it holds for the process
        products: list[float] = []
        times = alternate(works, options.rounds, device, lambda: products.append(
            matrix_rate(trainer.precision, device)))  # fmt: skip
        flops, rate = flops_of(trainer), max(products)
        print(f"{'':<24}{'pictures/s':>11}{'ms a step':>11}{'ours is':>9}{'of matrix rate':>16}")
        for name, taken in times.items():
            ratio = statistics.median(
                theirs / mine for theirs, mine in zip(taken, times["DDPM Studio"], strict=True)
            )
            middle = statistics.median(taken)
            print(
                f"{name:<24}{batch / middle:>11.1f}{middle * 1e3:>11.1f}{ratio:>8.2f}x"
                f"{flops / middle / rate:>16.0%}"
            )
        print(f"\na step: {flops / 1e9:.1f} GFLOP; matrices: {rate / 1e9:.0f} GFLOP/s at best")
        print_shares(trainer)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", choices=tuple(PRESETS), default="sketch")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--set", dest="settings", action="append", default=[])
    return parser.parse_args()


def config_of(options: argparse.Namespace):  # type: ignore[no-untyped-def]
    shared = [f"train.precision={options.precision}", "pictures.channels=3", "model.dropout=0"]
    return with_settings(preset(options.preset), [*shared, *options.settings])


def pictures_of(name: str) -> torch.Tensor:
    _, height, width = preset(name).pictures.shape
    generator = torch.Generator().manual_seed(0)
    shape = (PICTURES, height, width, 3)
    return torch.randint(256, shape, generator=generator, dtype=torch.uint8)


def alternate(
    works: dict[str, Callable[[], object]],
    rounds: int,
    device: torch.device,
    between: Callable[[], object],
) -> dict[str, list[float]]:
    """Seconds of each work in rounds in which they take turns, so that noise hits all alike."""
    taken: dict[str, list[float]] = defaultdict(list)
    for number in range(WARM_UP + rounds):
        if number % 5 == 0:
            between()
        for name, work in works.items():
            started = time.perf_counter()
            work()
            settle(device)
            if number >= WARM_UP:
                taken[name].append(time.perf_counter() - started)
    return taken


def settle(device: torch.device) -> None:
    if device.type != "cpu":
        torch.accelerator.synchronize(device)


def matrix_rate(precision: torch.dtype, device: torch.device) -> float:
    """Operations a second in the best of several square matrix products."""
    best = 0.0
    for side in SIDES:
        one, other = (torch.randn(side, side, device=device).to(precision) for _ in range(2))
        one @ other
        settle(device)
        started = time.perf_counter()
        one @ other
        settle(device)
        best = max(best, 2 * side**3 / (time.perf_counter() - started))
    return best


def flops_of(trainer: Trainer) -> int:
    """Of one step, forward and backward."""
    x_0 = trainer.batch(torch.arange(trainer.config.train.batch_size))
    t, eps = trainer.noise(x_0)
    with FlopCounterMode(display=False) as counter:
        trainer.loss(x_0, t, eps).backward()
    trainer.forget_gradients()
    return counter.get_total_flops()


def print_shares(trainer: Trainer) -> None:
    """Where the time of a step goes, by kind of kernel."""
    kinds = [ProfilerActivity.CPU]
    if trainer.device.type == "cuda":
        kinds.append(ProfilerActivity.CUDA)
    with profile(activities=kinds) as profiler:
        for _ in range(5):
            trainer.train_step()
    own: dict[str, float] = defaultdict(float)
    for event in profiler.key_averages():
        spent = event.self_device_time_total if len(kinds) > 1 else event.self_cpu_time_total
        name = event.key.lower()
        group = next(
            (group for group, words in GROUPS.items() if any(word in name for word in words)),
            "the rest",
        )
        own[group] += spent
    print("\nwhere the time goes")
    for group, spent in sorted(own.items(), key=lambda item: -item[1]):
        print(f"  {group:<28}{spent / sum(own.values()):>6.1%}")


if __name__ == "__main__":
    main()
