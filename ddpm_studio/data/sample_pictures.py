"""The sample pictures: painted planets that make a first training possible without own pictures.

Every picture is a pure function of its seed. The planet is first imagined (all random choices),
then painted in float64 without further randomness, so that a seed gives the same planet at every
size and on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from ddpm_studio.storage import replacing

Array = npt.NDArray[np.float64]

SUPERSAMPLING = 3
NOISE_CELLS = 16


@dataclass(frozen=True)
class Palette:
    """The colours of one family of planets, rrggbb."""

    kind: Literal["gas", "ice", "ocean", "rock", "lava"]
    ramp: str  # from shade to light
    accent: str  # storms, clouds
    air: str  # rim glow
    sky: str
    ring: str = ""  # none: planets of this family never have a ring


PALETTES = (
    # Amber, champagne, rose, teal, cobalt, violet; glacier, opal; earth, lagoon; rust, moon; ember.
    Palette("gas", "6e3526 b2613a dd9d62 f3d3a2 fff0d4", "c8492e", "ffb877", "0b0d1e", "e0a874"),
    Palette("gas", "80603c b98f58 dcbd84 f1deb4 fff7e2", "c98a5c", "ffe2a8", "0c0e1c", "e6c690"),
    Palette("gas", "6a2c52 b04f70 e38a8c f6bfae fee9dc", "fff1e4", "ff9fa8", "120c20", "f2b49c"),
    Palette("gas", "0e4350 1f7a7e 52b5a6 a6dfc6 eef8e0", "f4f3d2", "7fe6d2", "07121d", "e3d9a4"),
    Palette("gas", "15286e 2950b4 4d86de 90c2f2 e4f4ff", "eaf6ff", "72b4ff", "080c20", "a9c8f2"),
    Palette("gas", "32206a 6040a4 976ccc d0a8e8 f7e5fb", "ffd9c8", "b98bff", "0e0a20", "f2b8b0"),
    Palette("ice", "2f74a8 66add6 a4d9ec dcf3f9 ffffff", "ffffff", "9fe4ff", "081020", "9ccbe6"),
    Palette("ice", "6a5fae a08fd6 cdb4ea f2d3e2 fff6ee", "ffffff", "d9c2ff", "0d0c1e", "e9bcc8"),
    Palette("ocean", "0d2f6b 1f66b4 5fb4bd 6c9f52 d8c98e", "ffffff", "86c8ff", "070c1c"),
    Palette("ocean", "0c5160 1d8f94 7fd0b4 d98a62 f2c795", "fff6e8", "8af0dc", "08121c"),
    Palette("rock", "5c2419 9c4527 cb6f3f e7a272 f7d3b0", "f7d3b0", "ff9a6a", "120b14"),
    Palette("rock", "4c4a58 7d7880 aba39f d3c9bd f2ebdd", "f2ebdd", "c9cbe0", "0a0c18"),
    Palette("lava", "2c181e 56282c 8a3c30 ff5a1c ffd460", "ffd460", "ff6a30", "120810"),
)


@dataclass(frozen=True)
class Planet:
    """Everything random about a picture. Lengths in picture widths, y up, z towards the viewer."""

    palette: Palette
    centre: tuple[float, float]
    radius: float
    light: Array  # (3,) unit vector towards the sun
    frame: Array  # (3, 3) rows: the body's right, pole and front
    noise: Array  # (NOISE_CELLS,) * 3 in [0, 1]
    bands: tuple[Array, Array]  # latitudes and tones, for np.interp
    storm: Array | None  # (4,): as a crater
    ring: tuple[Array, Array] | None  # radii (in planet radii) and opacities, for np.interp
    craters: Array  # (n, 4): centre in body coordinates and radius, in planet radii
    stars: Array  # (n, 4): x, y, width, brightness


@dataclass(frozen=True)
class Surface:
    """A planet's skin at n points of the visible half sphere."""

    colour: Array  # (n, 3)
    gloss: float = 0.0
    # Both (n, 3): added to the normals, in body coordinates, and light of its own.
    relief: Array = field(default_factory=lambda: np.zeros((1, 3)))
    glow: Array = field(default_factory=lambda: np.zeros((1, 3)))


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
    ringed = rng.uniform() < 0.45 and palette.ring != ""
    stormy = rng.uniform() < 0.6 and palette.kind == "gas"
    latitude = rng.choice([-1.0, 1.0]) * rng.uniform(0.25, 0.5)
    storm = np.append(on_sphere(latitude, rng.uniform(-0.6, 0.6)), rng.uniform(0.16, 0.24))
    return Planet(
        palette=palette,
        centre=(rng.uniform(-0.015, 0.015), rng.uniform(-0.015, 0.015)),
        radius=rng.uniform(0.28, 0.295) if ringed else rng.uniform(0.31, 0.4),
        light=imagine_light(rng),
        frame=imagine_frame(rng, ringed),
        noise=rng.uniform(size=(NOISE_CELLS, NOISE_CELLS, NOISE_CELLS)),
        bands=imagine_bands(rng),
        storm=storm if stormy else None,
        ring=imagine_ring(rng) if ringed else None,
        craters=imagine_craters(rng),
        stars=imagine_stars(rng),
    )


def imagine_light(rng: np.random.RandomState) -> Array:
    """From the left or the right, and from above: never straight from the front or behind."""
    height = rng.uniform(0.0, 1.15)
    depth = rng.uniform(0.4, 0.66)
    flat = np.sqrt(1.0 - depth**2)
    across = rng.choice([-1.0, 1.0]) * np.cos(height)
    return np.array([across * flat, np.sin(height) * flat, depth])


def imagine_frame(rng: np.random.RandomState, ringed: bool) -> Array:
    """The body's axes, its pole rolled in the picture plane and pitched to or from the viewer."""
    roll = rng.uniform(-0.5, 0.5)
    opening = rng.uniform(0.26, 0.46) if ringed else rng.uniform(0.0, 0.35)
    pitch = rng.choice([-1.0, 1.0]) * opening
    right = np.array([np.cos(roll), -np.sin(roll), 0.0])
    pole = np.array([np.sin(roll) * np.cos(pitch), np.cos(roll) * np.cos(pitch), np.sin(pitch)])
    return np.stack([right, pole, np.cross(right, pole)])


def imagine_bands(rng: np.random.RandomState) -> tuple[Array, Array]:
    """Five to eight cloud bands, light and dark by turns, with soft borders."""
    count = rng.randint(5, 9)
    edges = np.cumsum(rng.uniform(0.45, 1.55, size=count + 1))
    edges = (edges - edges[0]) / (edges[-1] - edges[0]) * 2.0 - 1.0
    light = (np.arange(count) + rng.randint(2)) % 2 == 0
    tones = np.where(light, rng.uniform(0.62, 1.0, count), rng.uniform(0.1, 0.5, count))
    soft = 0.22 * np.diff(edges)
    latitudes = np.stack([edges[:-1] + soft, edges[1:] - soft], axis=1).ravel()
    return latitudes, np.repeat(tones, 2)


def imagine_ring(rng: np.random.RandomState) -> tuple[Array, Array]:
    """A broad inner ring, a narrow gap and an outer ring."""
    inner, gap, outer = rng.uniform(1.19, 1.26), rng.uniform(1.47, 1.51), rng.uniform(1.62, 1.65)
    radii = [inner - 0.03, inner + 0.03, gap - 0.03, gap, gap + 0.03, outer - 0.02, outer + 0.03]
    opacities = [0.0, rng.uniform(0.5, 0.75), 1.0, 0.25, 0.9, rng.uniform(0.6, 0.85), 0.0]
    return np.array(radii), np.array(opacities)


def imagine_craters(rng: np.random.RandomState) -> Array:
    """A few large craters and some smaller ones, on the half that is seen."""
    craters: list[Array] = []
    for size in [*rng.uniform(0.24, 0.36, 2), *rng.uniform(0.11, 0.2, 9)]:
        place = on_sphere(*rng.uniform(-1.1, 1.1, 2))
        # One that would cut another is left out: at this size it only looks like noise.
        if all(np.linalg.norm(place - old[:3]) > 1.25 * (size + old[3]) for old in craters):
            craters.append(np.append(place, size))
    return np.stack(craters)


def imagine_stars(rng: np.random.RandomState) -> Array:
    """A few stars, brighter ones being rarer."""
    count = rng.randint(5, 10)
    places = rng.uniform(-0.49, 0.49, (2, count))
    widths = rng.uniform(0.007, 0.011, count)
    return np.stack([*places, widths, 0.25 + 0.75 * rng.uniform(size=count) ** 2], axis=1)


def on_sphere(latitude: float, longitude: float) -> Array:
    """The point of the unit sphere in body coordinates; longitude 0 is the front."""
    across = np.cos(latitude)
    return np.array([across * np.sin(longitude), np.sin(latitude), across * np.cos(longitude)])


def paint_planet(planet: Planet, size: int) -> Array:
    """The picture in [0, 1], (size, size, 3), without antialiasing beyond soft outlines."""
    steps = (np.arange(size) + 0.5) / size - 0.5
    x, y = np.meshgrid(steps, -steps)
    u, v = (x - planet.centre[0]) / planet.radius, (y - planet.centre[1]) / planet.radius
    distance = np.hypot(u, v)
    pixel = 1.0 / (size * planet.radius)

    canvas = paint_sky(planet, x, y) + paint_halo(planet, u, v, distance)
    canvas = paint_ring(canvas, planet, u, v, near=False)
    disc = distance < 1.0 + pixel
    cover = np.clip((1.0 - distance[disc]) / pixel + 0.5, 0.0, 1.0)
    canvas[disc] = mix(canvas[disc], paint_body(planet, u[disc], v[disc]), cover)
    return np.clip(paint_ring(canvas, planet, u, v, near=True), 0.0, 1.0)


def paint_sky(planet: Planet, x: Array, y: Array) -> Array:
    """A dark gradient that is a little lighter towards the sun, and the stars."""
    towards = 0.5 + x * planet.light[0] + y * planet.light[1]
    canvas = rgb(planet.palette.sky) * (0.75 + 0.75 * towards)[..., None]
    star_x, star_y, width, brightness = planet.stars.T
    across = np.exp(-0.5 * ((x[0, :, None] - star_x) / width) ** 2)
    down = np.exp(-0.5 * ((y[:, 0, None] - star_y) / width) ** 2)
    return canvas + ((down * brightness) @ across.T)[..., None]


def paint_halo(planet: Planet, u: Array, v: Array, distance: Array) -> Array:
    """Air that the sun lights beyond the rim: thin and bright, then wide and faint."""
    beyond = np.maximum(distance - 1.0, 0.0)
    facing = (u * planet.light[0] + v * planet.light[1]) / np.maximum(distance, 1e-6)
    lit = smoothstep(-0.5, 0.9, facing)
    strength = lit * (0.42 * np.exp(-beyond / 0.045) + 0.13 * np.exp(-beyond / 0.2))
    return strength[..., None] * rgb(planet.palette.air)


def paint_ring(canvas: Array, planet: Planet, u: Array, v: Array, near: bool) -> Array:
    """The canvas with the half of the ring before (near) or behind the planet."""
    if planet.ring is None:
        return canvas
    pole, light = planet.frame[1], planet.light
    depth = -(u * pole[0] + v * pole[1]) / pole[2]
    radius = np.sqrt(u**2 + v**2 + depth**2)
    opacity = np.interp(radius, *planet.ring) * ((depth > 0.0) == near)
    # The planet's shadow is a cylinder that runs away from the sun.
    along = u * light[0] + v * light[1] + depth * light[2]
    aside = np.sqrt(np.maximum(radius**2 - along**2, 0.0))
    shadow = smoothstep(1.06, 0.94, aside) * (along < 0.0)
    shine = (0.62 + 0.42 * opacity) * (1.0 - 0.85 * shadow)
    return mix(canvas, shine[..., None] * rgb(planet.palette.ring), opacity)


def paint_body(planet: Planet, u: Array, v: Array) -> Array:
    """The lit sphere (n, 3) at the points u, v of its disc."""
    w = np.sqrt(np.maximum(1.0 - u**2 - v**2, 0.0))
    normals = np.stack([u, v, w], axis=1)
    surface = PAINTERS[planet.palette.kind](planet, normals @ planet.frame.T)
    facing = (normals + surface.relief @ planet.frame) @ planet.light
    light = smoothstep(-0.22, 0.85, facing)
    light *= 1.0 - 0.6 * ring_shadow(planet, normals)
    # Shadows take the sky's hue and not black, and the terminator the air's, as painters do.
    night = surface.colour * (0.08 + rgb(planet.palette.sky)) + 0.7 * rgb(planet.palette.sky)
    dusk = (light * (1.0 - light) ** 2)[:, None] * rgb(planet.palette.air)
    colour = mix(night, surface.colour * 1.06, light) + 0.35 * dusk * surface.colour
    rim = (1.0 - w) ** 3 * smoothstep(-0.1, 0.6, facing)
    colour = mix(colour, rgb(planet.palette.air), 0.6 * rim)
    half = planet.light + np.array([0.0, 0.0, 1.0])
    shine = np.maximum(normals @ (half / np.linalg.norm(half)), 0.0) ** 24
    colour += (surface.gloss * shine)[:, None]
    # Without the fading, foreshortened cracks would draw a bright outline.
    return colour + surface.glow * smoothstep(0.0, 0.6, w)[:, None]


def ring_shadow(planet: Planet, normals: Array) -> Array:
    """How much of the sun the ring takes at each point of the sphere, (n,)."""
    if planet.ring is None:
        return np.zeros(len(normals))
    pole = planet.frame[1]
    way = -(normals @ pole) / (pole @ planet.light)
    radius = np.linalg.norm(normals + way[:, None] * planet.light, axis=1)
    return np.interp(radius, *planet.ring) * (way > 0.0)


def paint_gas(planet: Planet, points: Array) -> Surface:
    """Bands that the wind bends, and perhaps one oval storm."""
    wind = clouds(planet.noise, points * [2.0, 5.0, 2.0], octaves=3) - 0.5
    latitude = points[:, 1] + 0.16 * wind
    streaks = smooth_noise(planet.noise, points * [1.0, 11.0, 1.0] + 4.0) - 0.5
    tone = np.interp(latitude, *planet.bands) - 0.15 * latitude**2 + 0.12 * wind + 0.14 * streaks
    if planet.storm is None:
        return Surface(ramp(planet.palette, tone))
    away = (points - planet.storm[:3]) * [0.6, 1.1, 0.6] / planet.storm[3]
    distance = np.linalg.norm(away, axis=1)
    tone += (0.95 - tone) * 0.6 * smoothstep(1.4, 0.9, distance)
    core = 0.9 * smoothstep(0.95, 0.7, distance)
    return Surface(mix(ramp(planet.palette, tone), rgb(planet.palette.accent), core))


def paint_ice(planet: Planet, points: Array) -> Surface:
    """Drifting pale fields, a few soft cracks, bright poles."""
    fields = clouds(planet.noise, points * [1.3, 2.2, 1.3], octaves=3)
    cracks = ridges(planet.noise, points * 1.1 + 5.0, width=0.07)
    tone = 0.22 + 0.7 * smoothstep(0.28, 0.68, fields) - 0.25 * cracks
    tone += 0.5 * smoothstep(0.75, 0.95, np.abs(points[:, 1]))
    return Surface(ramp(planet.palette, tone), gloss=0.18)


def paint_ocean(planet: Planet, points: Array) -> Surface:
    """Continents in a sea, polar caps, and clouds drawn out by the wind."""
    height = clouds(planet.noise, points * 1.3, octaves=4)
    sea = 0.42 * smoothstep(0.25, 0.53, height)
    land = 0.72 + 0.28 * smoothstep(0.55, 0.72, height)
    tone = sea + (land - sea) * smoothstep(0.525, 0.55, height)
    colour = ramp(planet.palette, tone)
    cover = clouds(planet.noise, points * [1.2, 3.0, 1.2] + 7.0, octaves=2)
    cap = smoothstep(0.84, 0.9, np.abs(points[:, 1]) + 0.15 * (height - 0.5))
    white = np.maximum(0.8 * smoothstep(0.6, 0.78, cover), 0.95 * cap)
    return Surface(mix(colour, rgb(planet.palette.accent), white), gloss=0.16)


def paint_rock(planet: Planet, points: Array) -> Surface:
    """Plains of two tones and craters whose walls catch the light."""
    plains = clouds(planet.noise, points * 1.5, octaves=4)
    tone = 0.3 + 0.55 * smoothstep(0.3, 0.7, plains)
    relief = np.zeros_like(points)
    for crater in planet.craters:
        away = (points - crater[:3]) / crater[3]
        distance = np.linalg.norm(away, axis=1)
        wall = smoothstep(0.35, 0.75, distance) * smoothstep(1.0, 0.8, distance)
        outside = smoothstep(0.85, 1.0, distance) * smoothstep(1.35, 1.0, distance)
        relief += away * (0.3 * outside - 0.5 * wall)[:, None]
        tone += 0.08 * outside - 0.14 * smoothstep(0.95, 0.7, distance)
    return Surface(ramp(planet.palette, tone), relief=relief)


def paint_lava(planet: Planet, points: Array) -> Surface:
    """A dark crust with glowing cracks and lakes."""
    crust = clouds(planet.noise, points * 2.0, octaves=3)
    cracks = ridges(planet.noise, points * 1.3 + 3.0, width=0.09)
    lakes = smoothstep(0.62, 0.78, clouds(planet.noise, points * 1.4 + 9.0, octaves=2))
    heat = np.maximum(cracks, lakes)
    glow = ramp(planet.palette, 0.5 + 0.5 * heat) * heat[:, None]
    return Surface(ramp(planet.palette, 0.1 + 0.7 * smoothstep(0.2, 0.8, crust)), glow=0.9 * glow)


PAINTERS = {
    "gas": paint_gas,
    "ice": paint_ice,
    "ocean": paint_ocean,
    "rock": paint_rock,
    "lava": paint_lava,
}


def clouds(noise: Array, points: Array, octaves: int) -> Array:
    """Fractal value noise at points (n, 3): (n,) around 0.5, mostly in [0.2, 0.8]."""
    shares = 0.5 ** np.arange(octaves)
    layers = [smooth_noise(noise, points * 2.0**k + 3.7 * k) for k in range(octaves)]
    return shares @ np.stack(layers) / shares.sum()


def ridges(noise: Array, points: Array, width: float) -> Array:
    """Thin lines where noise crosses its middle: (n,) in [0, 1]."""
    return smoothstep(width, 0.0, np.abs(clouds(noise, points, octaves=2) - 0.5))


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
