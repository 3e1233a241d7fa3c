"""How clean the borders of drawn sprites are after four minutes: run by hand on a quiet machine.

pytest tests/benchmarks/test_alpha.py -n 0 -s
"""

import colorsys
import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.events import SampleFinished
from ddpm_studio.project import Project
from ddpm_studio.sampling.generate import generate
from ddpm_studio.sampling.network import Network
from ddpm_studio.training import load_model

MINUTES = 4
SPRITES, SAMPLES = 300, 64
FAINT, FULL = 16, 239  # an alpha between is half there
DARK = 90  # the most of any channel in an outline

Half = tuple[np.ndarray, list[int]]  # half the width of each row, and where a colour ends


@pytest.mark.timeout(1800)
def test_four_minutes_of_sprites(tmp_path: Path) -> None:
    """Preset sketch on 300 sprites with random colours hidden where they are transparent."""
    folder, out = tmp_path / "sprites", tmp_path / "samples"
    draw_sprites(folder)
    run("new", tmp_path / "project", "--images", folder, "--preset", "sketch", "--size", 32,
        "--set", "pictures.channels=4")  # fmt: skip
    run("train", tmp_path / "project", "--minutes", MINUTES, "--device", "cpu")
    run("sample", tmp_path / "project", "--out", out, "--count", SAMPLES)
    made = np.stack([np.asarray(Image.open(path)) for path in sorted(out.iterdir())])
    learned, steps = network_alone(tmp_path / "project")

    border, alpha = border_of(learned), learned[..., 3]
    faint = (border < FAINT).mean()
    half = ((alpha >= FAINT) & (alpha <= FULL)).mean()
    dark = (made[outlines(made[..., 3])][:, :3].max(-1) < DARK).mean()
    print(f"\n{steps} steps; the network alone: of the border {(border == 0).mean():.1%} exactly "
          f"clear, {faint:.1%} under {FAINT}; of all pixels {half:.2%} half there")  # fmt: skip
    print(f"finished pictures: of the border {(border_of(made) == 0).mean():.2%} exactly clear; "
          f"of the outlines {dark:.1%} dark")  # fmt: skip
    assert faint > 0.97
    assert half < 0.02
    assert set(np.unique(made[..., 3])) == {0, 255}  # as in the sprites
    assert (border_of(made) == 0).mean() > 0.999
    assert (made[made[..., 3] == 0] == 0).all()  # nothing is hidden
    assert dark > 0.9  # no colour that was hidden leaks into them
    assert (made[..., 3] == 255).sum((1, 2)).min() > 20  # and something is there


def border_of(pictures: np.ndarray) -> np.ndarray:
    """The alpha of the outermost pixels, which no sprite touches: uint8 (N, M)."""
    is_border = np.ones(pictures.shape[1:3], bool)
    is_border[1:-1, 1:-1] = False
    return pictures[..., 3][:, is_border]


def outlines(alpha: np.ndarray) -> np.ndarray:
    """Opaque pixels beside transparent ones: bool (N, H, W)."""
    clear = np.pad(alpha == 0, ((0, 0), (1, 1), (1, 1)))
    beside = clear[:, 2:, 1:-1] | clear[:, :-2, 1:-1] | clear[:, 1:-1, 2:] | clear[:, 1:-1, :-2]
    return beside & (alpha > 0)


def network_alone(path: Path) -> tuple[np.ndarray, int]:
    """Pictures as they are before their alpha is made hard, and the steps that were trained."""
    checkpoint = Project.open(path).checkpoint_paths()[-1]
    model, config = load_model(checkpoint)
    soft = dataclasses.replace(config.pictures, alpha="soft")
    config = dataclasses.replace(config, pictures=soft)
    events = generate(Network(model, config, torch.device("cpu")), config.sample, range(16))
    pictures = [np.asarray(one.picture) for one in events if isinstance(one, SampleFinished)]
    return np.stack(pictures), int(checkpoint.stem.removeprefix("step_"))


def run(*words: object) -> None:
    subprocess.run([sys.executable, "-m", "ddpm_studio", *map(str, words)], check=True)


# sprites: symmetric, three colours and eyes, a dark outline, at least two clear pixels around


def draw_sprites(folder: Path) -> None:
    """Half of them 16 pixels wide and half 24."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(SPRITES):
        sprite = draw_sprite(rng, 16 if index % 2 else 24)
        Image.fromarray(sprite).save(folder / f"sprite_{index:03}.png")


def draw_sprite(rng: np.random.Generator, side: int) -> np.ndarray:
    """uint8 (side, side, 4)."""
    kinds = (creature, potion, mushroom, gem)
    widths, ends = kinds[rng.integers(len(kinds))](rng, side - 6)
    hue, half, first = rng.random(), side // 2, (side - len(widths)) // 2
    colours = [rgb(hue, 0.75, 0.9), rgb(hue + 0.12, 0.6, 0.75), rgb(hue + 0.5, 0.5, 0.95)]
    pixels = rng.integers(0, 256, (side, side, 4)).astype(np.uint8)  # hidden colours
    pixels[..., 3] = 0
    for row, width in enumerate(widths):
        colour = colours[sum(row >= end for end in ends) % 3]
        pixels[first + row, half - width : half + width] = [*colour, 255]
    clear = pixels[..., 3] == 0
    pixels[outlines(255 * clear[np.newaxis])[0]] = [*rgb(hue + 0.6, 0.6, 0.18), 255]
    eyes, apart = len(widths) // 3 + 1, int(rng.integers(1, 3))
    if widths[eyes] > apart + 1:
        for column in (half - 1 - apart, half + apart):
            pixels[first + eyes - 1, column] = [250, 250, 245, 255]
            pixels[first + eyes, column] = [20, 16, 30, 255]
    return pixels


def rgb(hue: float, saturation: float, value: float) -> list[int]:
    return [round(255 * part) for part in colorsys.hsv_to_rgb(hue % 1, saturation, value)]


def creature(rng: np.random.Generator, room: int) -> Half:
    rows = int(rng.integers(room - 3, room + 1))
    along = np.clip(np.linspace(0, 1, rows), 0.08, 0.75) ** rng.uniform(0.3, 0.6)
    return half_widths(np.sin(np.pi * along) * rng.uniform(0.75, 1), room), [rows]


def potion(rng: np.random.Generator, room: int) -> Half:
    rows, neck = int(rng.integers(room - 3, room + 1)), int(rng.integers(3, 5))
    bulb = np.sqrt(1 - np.linspace(-0.9, 0.8, rows - neck) ** 2) * rng.uniform(0.7, 1)
    return np.r_[2, [1] * (neck - 1), half_widths(bulb, room)], [neck, neck + 2]


def mushroom(rng: np.random.Generator, room: int) -> Half:
    cap, stem = int(room * rng.uniform(0.4, 0.6)), int(room * rng.uniform(0.25, 0.4))
    bow = np.sqrt(1 - (1 - np.linspace(0.2, 1, cap)) ** 2) * rng.uniform(0.75, 1)
    thick = int(rng.integers(1, max(2, room // 4)))
    return np.r_[half_widths(bow, room), [thick] * stem], [cap, cap + stem]


def gem(rng: np.random.Generator, room: int) -> Half:
    top, wide = int(rng.integers(2, 4)), int(rng.integers(room // 3, room // 2 + 1))
    return np.r_[max(1, wide - top) : wide, wide:0:-1], [top, top + 2]


def half_widths(parts: np.ndarray, room: int) -> np.ndarray:
    """Parts of the room, 0 to 1, as whole pixels from the middle on."""
    return np.clip((parts * room / 2).round(), 1, room // 2).astype(int)
