"""Recipes are read from every kind of file that carries one, and no file does any harm."""

import json
import os
import random
import struct
import time
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.export.images import write_png
from ddpm_studio.export.recipe.files import read_recipe, recipe_in, shown_name
from ddpm_studio.recipe import Recipe
from tests.export.recipe.carriers import CARRIERS, pictures

RECIPE = Recipe(
    "Blüten 花", "step_00000005.safetensors", "ab" * 32, 5, "ema", "cpu", "float32", 3,
    SampleConfig(eta=0.3, seed=3), seeds=tuple(range(3, 90)), frame=4, show="pred_x_0",
    film={"fps": 12.0, "easing": "t", "of": "grid"},
)  # fmt: skip
TEXT = RECIPE.to_text()
MUTATIONS = 500
each_kind = pytest.mark.parametrize("kind", CARRIERS)


@pytest.fixture
def carry(tmp_path):
    """carry(kind, text): a file of that kind with the text inside."""

    def write(kind, text=TEXT):
        ending, writer = CARRIERS[kind]
        path = tmp_path / f"carrier{ending}"
        writer(path, text)
        return path

    return write


def sentence_about(path):
    with pytest.raises(StudioError) as caught:
        read_recipe(path)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300
    return sentence


@each_kind
def test_a_recipe_comes_back_as_it_was(carry, kind):
    assert read_recipe(carry(kind)) == RECIPE


def test_what_the_program_writes_is_read(tmp_path):
    path = tmp_path / "ours.png"
    write_png(path, np.zeros((4, 4, 4), np.uint8), RECIPE.to_text())
    assert read_recipe(path) == RECIPE


def test_the_first_bytes_count_not_the_name(carry):
    path = carry("GIF")
    assert read_recipe(path.rename(path.with_name("holiday.jpg"))) == RECIPE


@each_kind
def test_a_malformed_recipe_is_a_sentence_that_names_the_file(carry, kind):
    text = RECIPE.to_text().replace('"sampler": "ddim"', '"sampler": "dice"')
    sentence = sentence_about(carry(kind, text))
    assert sentence.startswith("The recipe in carrier")
    assert "dice" in sentence


@each_kind
def test_a_newer_recipe_asks_for_an_update(carry, kind):
    text = json.dumps(json.loads(RECIPE.to_text()) | {"format_version": 99})
    assert "please update the program" in sentence_about(carry(kind, text))


def test_a_recipe_as_long_as_can_be_fits_everywhere(carry):
    import dataclasses

    seeds = tuple(2**63 - 1 - index for index in range(10_000))
    long = dataclasses.replace(RECIPE, seeds=seeds)
    for kind in ("PNG", "WebP", "GIF", "MP4", "WebM", "JSON"):
        assert read_recipe(carry(kind, long.to_text())) == long


# files without a recipe


def save(path, **settings):
    pictures()[0].save(path, **settings)
    return path


def text_chunk(key, words):
    about = PngImagePlugin.PngInfo()
    about.add_text(key, words)
    return about


@pytest.mark.parametrize("ending", [".png", ".webp", ".gif"])
def test_a_picture_without_a_recipe_says_so(tmp_path, ending):
    sentence = sentence_about(save(tmp_path / f"flower{ending}"))
    assert sentence.startswith(f"flower{ending} carries no recipe of DDPM Studio;")


def test_settings_of_other_programs_are_not_ours(tmp_path):
    words = "a cat, oil on canvas\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"
    path = save(tmp_path / "cat.png", pnginfo=text_chunk("parameters", words))
    assert "carries notes of other programs, but no recipe" in sentence_about(path)
    exif = Image.Exif()
    exif[0x010F] = "Camera works"
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + words.encode("utf-16-be")
    for ending in (".png", ".webp"):
        path = save(tmp_path / f"cat{ending}", exif=exif.tobytes())
        assert "notes of other programs" in sentence_about(path)
    path = save(tmp_path / "cat.webp", xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    assert "notes of other programs" in sentence_about(path)
    path = tmp_path / "cat.gif"
    pictures()[0].quantize(8).save(path, comment=b"Created with GIMP")
    assert "notes of other programs" in sentence_about(path)
    path = tmp_path / "workflow.json"
    path.write_text('{"nodes": [], "version": 0.4}')
    assert "no recipe of DDPM Studio" in sentence_about(path)


def test_other_files_are_no_pictures_that_hold_one(tmp_path):
    for name, data in {
        "photo.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        "notes.txt": b"water the roses",
        "empty.png": b"",
        "short": b"\x89PN",
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        sentence = sentence_about(path)
        assert sentence.startswith(f"{name} is not of a kind that holds a recipe")
    assert "is not a file" in sentence_about(tmp_path)
    assert "cannot be read: No such file" in sentence_about(tmp_path / "gone.png")
    assert "cannot be read" in sentence_about(tmp_path / "a\0b.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_nobody_waits_at_a_pipe(tmp_path):
    path = tmp_path / "pipe.png"
    os.mkfifo(path)
    assert "is not a file" in sentence_about(path)


def test_odd_names_stay_on_one_short_line(tmp_path):
    path = tmp_path / ("two\nlines" + "x" * 200 + ".png")
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert sentence_about(path).startswith("two?lines")
    assert len(shown_name(path)) <= 60


# harmful files


def chunk(name, data):
    whole = name + data
    return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))


def test_a_text_that_unpacks_to_gigabytes_does_not(tmp_path):
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    path = tmp_path / "bomb.png"
    one = chunk(b"iTXt", b"ddpm_studio\0\1\0\0\0" + bomb)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + one * 50)
    started = time.process_time()
    assert "more than a million characters" in sentence_about(path)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("name", "head", "part"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n", b"\0\0\0\0IDAT\0\0\0\0"),
        ("a.gif", b"GIF89a" + bytes(7), b"\x21\x01\0"),
        ("a.webp", b"RIFF\0\0\0\0WEBP", b"ANMF\0\0\0\0"),
        ("a.mp4", b"\0\0\0\x08ftyp", b"\0\0\0\x08free"),
        ("a.webm", b"\x1a\x45\xdf\xa3\x80", b"\xec\x80"),
    ],
)
def test_a_file_of_endless_parts_is_given_up(tmp_path, monkeypatch, name, head, part):
    monkeypatch.setattr("ddpm_studio.export.recipe.chunks.MOST_READS", 1000)
    path = tmp_path / name
    path.write_bytes(head + part * 2000)
    assert "too many parts" in sentence_about(path)


@pytest.mark.parametrize("kind", ["PNG", "WebP", "GIF", "MP4", "WebM"])
def test_pixels_are_passed_over_unread(carry, kind, monkeypatch):
    """A film of gigabytes costs no more than its comment."""
    from ddpm_studio.export.recipe import chunks

    path, read = carry(kind, "x"), []
    take = chunks.Source.take

    def noted(source, count):
        read.append(count)
        return take(source, count)

    monkeypatch.setattr(chunks.Source, "take", noted)
    sentence_about(path)
    assert max(read) < 300


def test_exif_that_points_in_a_circle_is_looked_at_once(tmp_path):
    """Two folders, each of which says that the other is the user's."""
    folder = struct.pack("<HHHII", 1, 0x8769, 4, 1, 26)
    other = struct.pack("<HHHII", 1, 0x8769, 4, 1, 8)
    exif = b"II*\0" + struct.pack("<I", 8) + folder + bytes(4) + other + bytes(4)
    path = tmp_path / "circle.webp"
    path.write_bytes(b"RIFF\0\0\0\0WEBPEXIF" + struct.pack("<I", len(exif)) + exif)
    assert "notes of other programs, but no recipe" in sentence_about(path)


def recipe_or_sentence(data):
    """What comes of the bytes of a file; anything else that is raised fails the test."""
    try:
        return recipe_in(BytesIO(data), "carrier")
    except StudioError as error:
        return str(error)


@each_kind
def test_half_a_file_is_a_recipe_or_a_sentence(carry, kind):
    whole = carry(kind).read_bytes()
    for end in range(0, len(whole), max(1, len(whole) // 200)):
        found = recipe_or_sentence(whole[:end])
        assert found == RECIPE or found.endswith(".")


@each_kind
def test_whatever_happens_to_a_file_it_is_a_recipe_or_a_sentence(carry, kind):
    whole, dice = carry(kind).read_bytes(), random.Random(kind)
    found = [recipe_or_sentence(mutated(whole, dice)) for _ in range(MUTATIONS)]
    sentences = {sentence for sentence in found if isinstance(sentence, str)}
    assert len(sentences) > 1
    for sentence in sentences:
        assert "\n" not in sentence
        assert len(sentence) < 400


def mutated(whole, dice):
    """Bits flipped, bytes replaced, pieces cut out, doubled or put elsewhere; mostly early ones."""
    data = bytearray(whole)
    for _ in range(dice.choice((1, 1, 2, 8))):
        place = int(len(data) * dice.random() ** dice.choice((1, 3)))
        length = dice.choice((1, 2, 4, 40))
        how = dice.randrange(5)
        if how == 0 and place < len(data):
            data[place] ^= 1 << dice.randrange(8)
        elif how == 1:
            data[place : place + length] = dice.choice((b"\0", b"\xff", b"\x7f")) * length
        elif how == 2:
            del data[place : place + length]
        elif how == 3:
            data[place:place] = data[place : place + length]
        else:
            other = dice.randrange(len(data) + 1)
            data[place : place + length] = data[other : other + length]
    return bytes(data)
