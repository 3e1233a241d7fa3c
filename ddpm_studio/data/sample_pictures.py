"""The sample pictures: painted planets that make a first training possible without own pictures.

Every picture is a pure function of its seed. The planet is first imagined (all random choices),
then painted in float64 without further randomness, so that a seed gives the same planet at every
size and on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from ddpm_studio.storage import replacing

Array = npt.NDArray[np.float64]

SUPERSAMPLING = 3
NOISE_CELLS = 16
RING = [1.2, 1.26, 1.46, 1.49, 1.52, 1.62, 1.66]  # radii, in those of the planet: a gap between two
RING_OPACITY = [0.0, 0.6, 1.0, 0.25, 0.9, 0.75, 0.0]

CRATERS = [0.1, 0.12, 0.14, 0.16, 0.2, 0.32]


@dataclass(frozen=True)
class Palette:
    """The colours of one family of planets, rrggbb. ramp: from shade to light; air: at the rim."""

    kind: Literal["gas", "ocean", "rock", "lava"]
    ramp: str
    spot: str  # storms, clouds
    air: str
    sky: str
    ring: str = ""  # none: planets of this family never have a ring


PALETTES = (
    # Amber, champagne, rose, teal, cobalt, violet; earth, lagoon; rust, moon, glacier; ember.
    Palette("gas", "6e3526 b2613a dd9d62 f3d3a2 fff0d4", "c8492e", "ffb877", "0b0d1e", "e0a874"),
    Palette("gas", "80603c b98f58 dcbd84 f1deb4 fff7e2", "c98a5c", "ffe2a8", "0c0e1c", "e6c690"),
    Palette("gas", "6a2c52 b04f70 e38a8c f6bfae fee9dc", "fff1e4", "ff9fa8", "120c20", "f2b49c"),
    Palette("gas", "0e4350 1f7a7e 52b5a6 a6dfc6 eef8e0", "f4f3d2", "7fe6d2", "07121d", "e3d9a4"),
    Palette("gas", "15286e 2950b4 4d86de 90c2f2 e4f4ff", "eaf6ff", "72b4ff", "080c20", "a9c8f2"),
    Palette("gas", "32206a 6040a4 976ccc d0a8e8 f7e5fb", "ffd9c8", "b98bff", "0e0a20", "f2b8b0"),
    Palette("ocean", "0d2f6b 1f66b4 5fb4bd 6c9f52 d8c98e", "ffffff", "86c8ff", "070c1c"),
    Palette("ocean", "0c5160 1d8f94 7fd0b4 d98a62 f2c795", "fff6e8", "8af0dc", "08121c"),
    Palette("rock", "5c2419 9c4527 cb6f3f e7a272 f7d3b0", "f7d3b0", "ff9a6a", "120b14"),
    Palette("rock", "4c4a58 7d7880 aba39f d3c9bd f2ebdd", "f2ebdd", "c9cbe0", "0a0c18"),
    Palette("rock", "2f74a8 66add6 a4d9ec dcf3f9 ffffff", "ffffff", "9fe4ff", "081020"),
    Palette("lava", "2c181e 56282c 8a3c30 ff5a1c ffd460", "ffd460", "ff6a30", "120810"),
)


@dataclass(frozen=True)
class Planet:
    """Everything random about a picture. Lengths in picture widths, y up, z towards the viewer."""

    palette: Palette
    radius: float
    has_ring: bool
    light: Array  # (3,) unit vector towards the sun
    axes: Array  # (3, 3) rows: the body's right, pole and front
    noise: Array  # (NOISE_CELLS,) * 3 in [0, 1]
    spots: Array  # (n, 4): storms or craters, place on the body's unit sphere and radius
    stars: Array  # (n, 4): x, y, width, brightness


def draw_sample_picture(seed: int, size: int = 64) -> npt.NDArray[np.uint8]:
    """Paint one planet on a dark sky: (size, size, 3) uint8, the same on every machine."""
    # RandomState and not Generator: numpy promises that its stream will never change.
    planet = imagine_planet(np.random.RandomState(seed))
    fine = paint_planet(planet, size * SUPERSAMPLING)
    blocks = fine.reshape(size, SUPERSAMPLING, size, SUPERSAMPLING, 3)
    return np.rint(blocks.mean(axis=(1, 3)) * 255.0).astype(np.uint8)


def write_sample_pictures(
    folder: Path, count: int = 400, seed: int = 0, size: int = 64
) -> Iterator[int]:
    """Write planet_0001.png ... into folder, yielding how many are done after each.

    Pictures already there are kept, so an interrupted run goes on where it stopped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seeds = np.random.RandomState(seed).randint(2**31, size=count, dtype=np.int64)
    for number, picture_seed in enumerate(seeds.tolist(), start=1):
        path = folder / f"planet_{number:04d}.png"
        if not path.exists():
            with replacing(path) as temporary:
                picture = draw_sample_picture(picture_seed, size)
                Image.fromarray(picture).save(temporary, format="PNG")
        yield number


def imagine_planet(rng: np.random.RandomState) -> Planet:
    """Make all random choices of one picture."""
    palette = PALETTES[rng.randint(len(PALETTES))]
    has_ring = palette.ring != "" and rng.uniform() < 0.45
    # from the left or the right, and from above: never straight from the front or behind
    side, height, depth = rng.choice([-1.0, 1.0]), rng.uniform(0.0, 1.15), rng.uniform(0.4, 0.66)
    flat = np.sqrt(1.0 - depth**2)
    roll, tilt = rng.uniform(-0.5, 0.5), rng.choice([-1.0, 1.0]) * rng.uniform(0.26, 0.46)
    right = np.array([np.cos(roll), -np.sin(roll), 0.0])
    pole = np.array([np.sin(roll) * np.cos(tilt), np.cos(roll) * np.cos(tilt), np.sin(tilt)])
    stars = rng.uniform(size=(rng.randint(5, 10), 4))
    # one storm or none; or some craters, the largest of them last
    sizes = rng.uniform(0.16, 0.24, rng.randint(2)) if palette.kind == "gas" else CRATERS
    places = rng.uniform(-0.65, 0.65, (len(sizes), 2))
    return Planet(
        palette=palette,
        radius=rng.uniform(0.28, 0.295) if has_ring else rng.uniform(0.31, 0.4),
        has_ring=has_ring,
        light=np.array([side * np.cos(height) * flat, np.sin(height) * flat, depth]),
        axes=np.stack([right, pole, np.cross(right, pole)]),
        noise=rng.uniform(size=(NOISE_CELLS, NOISE_CELLS, NOISE_CELLS)),
        spots=np.column_stack([places, np.sqrt(1.0 - (places**2).sum(1)), sizes]),
        stars=stars * [0.98, 0.98, 0.004, 0.75] + [-0.49, -0.49, 0.007, 0.25],
    )


def paint_planet(planet: Planet, size: int) -> Array:
    """The picture in [0, 1], (size, size, 3), without antialiasing beyond soft outlines."""
    steps = (np.arange(size) + 0.5) / size - 0.5
    x, y = np.meshgrid(steps, -steps)
    u, v = x / planet.radius, y / planet.radius
    distance = np.hypot(u, v)
    pixel = 1.0 / (size * planet.radius)
    towards = 0.5 + x * planet.light[0] + y * planet.light[1]
    canvas = rgb(planet.palette.sky) * (0.75 + 0.75 * towards)[..., None]
    for star_x, star_y, width, brightness in planet.stars:
        away = ((x - star_x) ** 2 + (y - star_y) ** 2) / width**2
        canvas += (brightness * np.exp(-0.5 * away))[..., None]
    # air that the sun lights beyond the rim: thin and bright, then wide and faint
    beyond = np.maximum(distance - 1.0, 0.0)
    facing = (u * planet.light[0] + v * planet.light[1]) / np.maximum(distance, 1e-6)
    shine = 0.42 * np.exp(-beyond / 0.045) + 0.13 * np.exp(-beyond / 0.2)
    canvas += (smoothstep(-0.5, 0.9, facing) * shine)[..., None] * rgb(planet.palette.air)
    canvas = paint_ring(canvas, planet, u, v, near=False)
    disc = distance < 1.0 + pixel
    cover = np.clip((1.0 - distance[disc]) / pixel + 0.5, 0.0, 1.0)
    canvas[disc] = mix(canvas[disc], paint_body(planet, u[disc], v[disc]), cover)
    return np.clip(paint_ring(canvas, planet, u, v, near=True), 0.0, 1.0)


def paint_ring(canvas: Array, planet: Planet, u: Array, v: Array, near: bool) -> Array:
    """The canvas with the half of the ring before (near) or behind the planet."""
    if not planet.has_ring:
        return canvas
    pole, light = planet.axes[1], planet.light
    depth = -(u * pole[0] + v * pole[1]) / pole[2]
    radius = np.sqrt(u**2 + v**2 + depth**2)
    opacity = np.interp(radius, RING, RING_OPACITY) * ((depth > 0.0) == near)
    # the planet's shadow is a cylinder that runs away from the sun
    along = u * light[0] + v * light[1] + depth * light[2]
    aside = np.sqrt(np.maximum(radius**2 - along**2, 0.0))
    shadow = smoothstep(1.06, 0.94, aside) * (along < 0.0)
    shine = (0.62 + 0.42 * opacity) * (1.0 - 0.85 * shadow)
    return mix(canvas, shine[..., None] * rgb(planet.palette.ring), opacity)


def paint_body(planet: Planet, u: Array, v: Array) -> Array:
    """The lit sphere (n, 3) at the points u, v of its disc."""
    w = np.sqrt(np.maximum(1.0 - u**2 - v**2, 0.0))
    normals = np.stack([u, v, w], axis=1)
    palette, facing = planet.palette, normals @ planet.light
    colour, glow = paint_skin(planet, normals @ planet.axes.T)
    # shadows take the sky's hue and not black, as painters do
    night = colour * (0.08 + rgb(palette.sky)) + 0.7 * rgb(palette.sky)
    colour = mix(night, colour * 1.06, smoothstep(-0.22, 0.85, facing))
    rim = (1.0 - w) ** 3 * smoothstep(-0.1, 0.6, facing)
    colour = mix(colour, rgb(palette.air), 0.6 * rim)
    return mix(colour, ramp(palette, 0.5 + 0.5 * glow), glow * smoothstep(0.0, 0.6, w))


def paint_skin(planet: Planet, points: Array) -> tuple[Array, Array]:
    """The colours (n, 3) at points of the unit sphere, and how much each glows by itself (n,)."""
    palette, noise = planet.palette, planet.noise
    spot, glow = np.zeros(len(points)), np.zeros(len(points))
    if palette.kind == "gas":  # bands that the wind bends, and perhaps one storm
        wind = clouds(noise, points * [2.0, 5.0, 2.0]) - 0.5
        bands = smooth_noise(noise, (points + 0.14 * wind[:, None]) * [0.2, 5.5, 0.2] + 4.0)
        tone = 0.06 + 0.88 * smoothstep(0.1, 0.9, bands) + 0.25 * wind
        for storm in planet.spots:
            away = np.linalg.norm((points - storm[:3]) * [0.6, 1.1, 0.6], axis=1) / storm[3]
            spot = 0.9 * smoothstep(0.95, 0.7, away)
    elif palette.kind == "ocean":  # continents in a sea, polar caps, and clouds
        height = clouds(noise, points * 1.3)
        sea = 0.42 * smoothstep(0.25, 0.53, height)
        land = 0.72 + 0.28 * smoothstep(0.55, 0.72, height)
        tone = sea + (land - sea) * smoothstep(0.525, 0.55, height)
        cover = clouds(noise, points * [1.2, 3.0, 1.2] + 7.0)
        cap = smoothstep(0.84, 0.9, np.abs(points[:, 1]) + 0.15 * (height - 0.5))
        spot = np.maximum(0.8 * smoothstep(0.58, 0.75, cover), 0.95 * cap)
    elif palette.kind == "rock":  # plains of two tones, and craters whose walls catch the light
        tone = 0.3 + 0.55 * smoothstep(0.3, 0.7, clouds(noise, points * 1.5))
        for crater in planet.spots:
            way = (points - crater[:3]) / crater[3]
            away = np.linalg.norm(way, axis=1)
            wall = smoothstep(0.5, 0.8, away) * smoothstep(1.15, 0.9, away)
            towards = way @ planet.axes @ planet.light
            tone -= 0.4 * wall * towards + 0.12 * smoothstep(0.95, 0.7, away)
    else:  # a dark crust with glowing cracks and lakes
        tone = 0.1 + 0.7 * smoothstep(0.2, 0.8, clouds(noise, points * 2.0))
        cracks = smoothstep(0.09, 0.0, np.abs(clouds(noise, points * 1.3 + 3.0) - 0.5))
        glow = np.maximum(cracks, smoothstep(0.62, 0.78, clouds(noise, points * 1.4 + 9.0)))
    return mix(ramp(palette, tone), rgb(palette.spot), spot), glow


def clouds(noise: Array, points: Array) -> Array:
    """Noise of three sizes at points (n, 3): (n,) around 0.5, mostly in [0.2, 0.8]."""
    layers = [smooth_noise(noise, points * 2.0**k + 3.7 * k) * 0.5**k for k in range(3)]
    return np.sum(layers, axis=0) / 1.75


def smooth_noise(noise: Array, points: Array) -> Array:
    """The lattice of random numbers, repeated without end, between its nodes: (n,) in [0, 1]."""
    low = np.floor(points.T)
    part = points.T - low
    part = part * part * (3.0 - 2.0 * part)
    shares = np.stack([1.0 - part, part])
    nodes = np.stack([low, low + 1.0]).astype(np.int64) % NOISE_CELLS
    total = np.zeros(len(points))
    for a, b, c in np.ndindex(2, 2, 2):
        corner = noise[nodes[a, 0], nodes[b, 1], nodes[c, 2]]
        total += shares[a, 0] * shares[b, 1] * shares[c, 2] * corner
    return total


def ramp(palette: Palette, tone: Array) -> Array:
    """The palette's colours at tones (n,) from 0, shade, to 1, light: (n, 3)."""
    colours = np.stack([rgb(colour) for colour in palette.ramp.split()])
    stops = np.linspace(0.0, 1.0, len(colours))
    return np.stack([np.interp(tone, stops, colours[:, c]) for c in range(3)], axis=1)


def mix(under: Array, over: Array, opacity: Array) -> Array:
    """Paint over on under, colours in the last axis."""
    return under + (over - under) * opacity[..., None]


def smoothstep(start: float, end: float, value: Array) -> Array:
    """0 before start, 1 after end, a soft step between them; start may lie after end."""
    t = np.clip((value - start) / (end - start), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def rgb(colour: str) -> Array:
    """The three numbers in [0, 1] of rrggbb."""
    return np.array(list(bytes.fromhex(colour))) / 255.0
