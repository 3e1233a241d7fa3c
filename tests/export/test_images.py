import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import ExportError
from ddpm_studio.export.images import write_png
from ddpm_studio.export.recipe.chunks import RECIPE_KEY
from ddpm_studio.recipe import Recipe

RECIPE = Recipe(
    "Blüten 花", "step_5", "ab" * 32, 5, "ema", "cpu", "float32", 3, SampleConfig(seed=3)
)


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_and_recipe_come_back_as_they_were(tmp_path, channels):
    picture = np.random.default_rng(0).integers(0, 256, (9, 5, channels), np.uint8)
    path = tmp_path / "one.png"
    write_png(path, picture, RECIPE.to_text())
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.mode == ("L" if channels == 1 else "RGB")
        assert (np.asarray(image).reshape(picture.shape) == picture).all()
        assert Recipe.from_text(image.text[RECIPE_KEY]) == RECIPE  # type: ignore[attr-defined]
    assert [file.name for file in tmp_path.iterdir()] == ["one.png"]


def test_without_a_recipe_there_is_no_text(tmp_path):
    path = tmp_path / "one.png"
    write_png(path, np.zeros((4, 4, 3), np.uint8))
    with Image.open(path) as image:
        assert not image.text  # type: ignore[attr-defined]


def test_a_file_that_was_there_is_replaced(tmp_path):
    path = tmp_path / "one.png"
    path.write_bytes(b"old")
    write_png(path, np.full((4, 4, 3), 7, np.uint8))
    with Image.open(path) as image:
        assert image.getpixel((0, 0)) == (7, 7, 7)


def test_a_folder_that_is_missing_or_a_file_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "taken.png").mkdir()
    for path in (
        tmp_path / "missing" / "one.png",
        tmp_path / "file" / "one.png",
        tmp_path / "taken.png",
    ):
        with pytest.raises(ExportError, match=r"one\.png|taken\.png") as caught:
            write_png(path, np.zeros((4, 4, 3), np.uint8))
        assert str(caught.value).endswith(".")
        assert "Errno" not in str(caught.value)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "taken.png"]


def test_a_write_that_fails_half_way_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "one.png"
    write_png(path, np.full((4, 4, 3), 7, np.uint8))
    before = path.read_bytes()

    def full_disk(image, file, *_, **__):
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(ExportError, match="No space left on device"):
        write_png(path, np.zeros((4, 4, 3), np.uint8))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["one.png"]
