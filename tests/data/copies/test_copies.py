"""Copies are found and grouped, and pictures that are only alike are not."""

import base64
import gzip
import io
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.data.copies import group_copies, likeness
from ddpm_studio.data.picture_facts import PictureFacts, encode_thumbnail
from ddpm_studio.data.sample_pictures import draw_sample_picture


def facts_of(image: Image.Image, digest: str) -> PictureFacts:
    pixels = np.asarray(image).reshape(image.height, image.width, -1)
    mini, phash = likeness(pixels)
    return PictureFacts(
        digest, image.width, image.height, "PNG", mini=encode_thumbnail(mini), phash=phash
    )


@pytest.fixture(scope="module")
def planet() -> Image.Image:
    return Image.fromarray(draw_sample_picture(4, 128))


@pytest.fixture(scope="module")
def planets() -> list[PictureFacts]:
    """Twelve different ones."""
    pictures = [Image.fromarray(draw_sample_picture(seed, 64)) for seed in range(12)]
    return [facts_of(picture, f"planet {k}") for k, picture in enumerate(pictures)]


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def random_facts(count: int) -> list[PictureFacts]:
    rng = np.random.default_rng(0)
    minis = rng.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    looks = rng.integers(1, 1 << 63, count).tolist()
    return [
        PictureFacts(str(k), 640, 480, "JPEG", mini=encode_thumbnail(mini), phash=look_of)
        for k, (mini, look_of) in enumerate(zip(minis, looks, strict=True))
    ]


def test_no_pictures_have_no_copies() -> None:
    assert group_copies([]) == []


def test_different_pictures_are_in_no_group(planets: list[PictureFacts]) -> None:
    assert group_copies(planets) == []


def test_the_same_bytes_are_copies_whatever_else_is_known() -> None:
    facts = [PictureFacts(digest, 9, 9, "GIF") for digest in ("a", "b", "a", "c", "b", "a")]
    assert group_copies(facts) == [[0, 2, 5], [1, 4]]


def test_the_same_picture_saved_anew_is_a_copy(
    planet: Image.Image, planets: list[PictureFacts]
) -> None:
    changed = [
        planet.resize((64, 64), Image.Resampling.LANCZOS),
        planet.resize((300, 300), Image.Resampling.BICUBIC),
        jpeg(planet, 50),
        planet.point(lambda value: min(255, value * 1.06)),
        planet.point(lambda value: value + 6),
        jpeg(planet.resize((77, 77)), 70),
    ]
    near = [facts_of(image, f"near {k}") for k, image in enumerate([planet, *changed])]
    others = [fact for fact in planets if fact.digest != "planet 4"]
    # the enlarged one has most pixels
    assert group_copies([*others, *near]) == [[13, 11, 12, 14, 15, 16, 17]]


def test_a_mirrored_cut_or_tinted_picture_is_no_copy(planet: Image.Image) -> None:
    changed = [
        planet.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        planet.crop((8, 8, 128, 128)),
        planet.convert("L").convert("RGB"),
        Image.merge("RGB", planet.split()[::-1]),
        planet.resize((128, 96)),
        planet.point(lambda value: value // 2),
    ]
    original = facts_of(planet, "original")
    for image in changed:
        assert group_copies([original, facts_of(image, "changed")]) == []


def test_the_one_with_most_pixels_is_kept_then_the_undamaged_then_the_first(
    planet: Image.Image,
) -> None:
    small, large = facts_of(planet.resize((50, 50)), "s"), facts_of(planet, "l")
    damaged = replace(large, digest="d", damage="damaged after 99 %")
    assert group_copies([small, damaged, large]) == [[2, 0, 1]]
    assert group_copies([small, large, replace(large, digest="m")]) == [[1, 0, 2]]
    assert group_copies([small, replace(damaged, width=129), large]) == [[1, 0, 2]]


def test_exact_copies_follow_the_one_they_copy(planet: Image.Image) -> None:
    small, large = facts_of(planet.resize((50, 50)), "s"), facts_of(planet, "l")
    assert group_copies([small, large, small, large]) == [[1, 0, 2, 3]]


def test_a_chain_of_small_changes_is_no_group(planet: Image.Image) -> None:
    """One picture fades into another in steps that are too small to see."""
    other = Image.fromarray(draw_sample_picture(5, 128))
    film = [facts_of(Image.blend(planet, other, k / 120), str(k)) for k in range(121)]
    groups = group_copies(film)
    assert any(len(group) > 2 for group in groups)
    for group in groups:
        for place in group[1:]:
            assert group_copies([film[group[0]], film[place]]) == [[0, 1]]
    assert max(map(len, groups)) < 60


def test_a_turning_thing_is_not_its_own_copy() -> None:
    """Photos of one thing from angles 10 degrees apart, on the same table."""
    y, x = (np.mgrid[:96, :96] + 0.5) / 48 - 1
    depth = np.sqrt(np.clip(0.8 - x * x - y * y, 0, 1))
    rng = np.random.default_rng(1)
    spots = rng.uniform(-1, 1, (40, 3))
    spots /= np.linalg.norm(spots, axis=1, keepdims=True)
    photos = []
    for turn in np.radians(np.arange(0, 360, 10)):
        turned = x * np.cos(turn) + depth * np.sin(turn), y, depth * np.cos(turn) - x * np.sin(turn)
        near = [sum(p * s for p, s in zip(turned, spot, strict=True)) > 0.82 for spot in spots]
        skin = np.where(np.any(near, 0)[..., None], (90, 40, 20), (230, 170, 60))
        photo = np.where(depth[..., None] > 0, skin * (0.4 + 0.6 * depth[..., None]), 235)
        photos.append(facts_of(Image.fromarray(photo.astype(np.uint8)), str(turn)))
    assert group_copies(photos) == []


def test_plain_pictures_are_copies_only_if_colour_and_shape_are_the_same() -> None:
    def plain(colour: tuple[int, int, int], size: tuple[int, int], digest: str) -> PictureFacts:
        return facts_of(Image.new("RGB", size, colour), digest)

    facts = [
        plain((200, 10, 10), (64, 64), "red"),
        plain((206, 12, 12), (64, 64), "brighter"),
        plain((10, 10, 200), (64, 64), "blue"),
        plain((200, 10, 10), (128, 128), "larger"),
        plain((200, 10, 10), (128, 64), "wider"),
    ]
    assert group_copies(facts) == [[3, 0]]


def test_fine_textures_of_one_material_are_not_copies() -> None:
    """Flat as thumbnails, but other grains of the same paper; saved anew they are copies."""
    papers = []
    for seed in range(8):
        grain = np.random.default_rng(seed).normal(190, 20, (160, 160, 1)).repeat(3, 2)
        papers.append(Image.fromarray(grain.clip(0, 255).astype(np.uint8)))
    facts = [facts_of(paper, str(k)) for k, paper in enumerate(papers)]
    assert group_copies(facts) == []
    again = [facts_of(jpeg(paper, 85), f"again {k}") for k, paper in enumerate(papers)]
    assert group_copies(facts + again) == [[k, k + 8] for k in range(8)]


def test_rounding_of_a_small_size_does_not_change_the_shape(planet: Image.Image) -> None:
    wide = planet.resize((1000, 333))
    tiny = wide.resize((80, 27), Image.Resampling.BOX)
    assert group_copies([facts_of(wide, "wide"), facts_of(tiny, "tiny")]) == [[0, 1]]


@pytest.mark.parametrize(
    ("kind", "count"), [("all different", 20_000), ("all the same", 20_000), ("same look", 5000)]
)
def test_a_large_folder_is_compared_quickly(kind: str, count: int) -> None:
    facts = random_facts(count)
    if kind == "all the same":
        facts = [replace(facts[0], digest=str(k)) for k in range(count)]
    if kind == "same look":  # of many, and yet no two are the same
        facts = [replace(fact, phash=fact.phash >> 55 << 55 | 1) for fact in facts]
    started = time.process_time()
    groups = group_copies(facts)
    assert time.process_time() - started < 5  # under 1 on a machine that does nothing else
    assert groups == ([list(range(count))] if kind == "all the same" else [])


def test_copies_among_many_are_found() -> None:
    facts = random_facts(3000)
    rng = np.random.default_rng(1)
    for k in range(0, 3000, 300):
        mini = np.frombuffer(base64.b64decode(facts[k].mini), np.uint8).reshape(8, 8, 3)
        close = mini.astype(int) + rng.integers(-1, 2, (8, 8, 3))
        near = facts[k].phash ^ 1 << k % 63 ^ 1 << (k + 7) % 63
        thumbnail = encode_thumbnail(close.clip(0, 255).astype(np.uint8))
        facts.append(replace(facts[k], digest=f"copy {k}", mini=thumbnail, phash=near, width=320))
        facts[-1] = replace(facts[-1], height=240)
    assert group_copies(facts) == [[300 * k, 3000 + k] for k in range(10)]


def test_real_pictures_of_one_kind_are_not_copies(shared: Path) -> None:
    facts = []
    for path in sorted((shared / "pictures" / "fruit" / "images").glob("*.jpg"))[::4]:
        with Image.open(path) as image:
            facts.append(facts_of(image.convert("RGB"), path.name))
    assert group_copies(facts) == []


def test_of_5000_real_garments_only_the_known_duplicate_is_found(shared: Path) -> None:
    with gzip.open(shared / "pictures" / "fashion-mnist" / "train-images-idx3-ubyte.gz") as file:
        grey = np.frombuffer(file.read(16 + 5000 * 784), np.uint8, offset=16).reshape(-1, 28, 28)
    facts = [facts_of(Image.fromarray(garment), str(k)) for k, garment in enumerate(grey)]
    groups = group_copies(facts)
    assert len(groups) == 1
    one, other = groups[0]
    assert np.abs(grey[one].astype(int) - grey[other]).mean() < 6  # and slightly darker
