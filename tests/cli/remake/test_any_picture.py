"""A picture from anywhere that something was begun with: kept, and found again by its content."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.choices import Choices, write_choices
from ddpm_studio.errors import PicturesError, StudioError
from ddpm_studio.gallery.origin import own_pixels
from ddpm_studio.gallery.own_files import keep_file, kept_file
from ddpm_studio.project import Project
from ddpm_studio.training import load_model
from tests.cli.remake.conftest import finish, recipe_of, remade


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A picture that is not in the project's folder, of a size of its own."""
    path = tmp_path / "elsewhere" / "My Holiday.PNG"
    path.parent.mkdir()
    pixels = np.random.default_rng(4).integers(0, 256, (30, 20, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def start_with(project: Project, path: Path, index: int = 1) -> dict[str, object]:
    (name, sha256), _ = finish(keep_file(project, path))
    return {"picture": name, "sha256": sha256, "index": index}


def test_what_began_with_it_is_remade_when_its_file_is_gone(
    project: Project, elsewhere: Path
) -> None:
    before = elsewhere.read_bytes()
    start = start_with(project, elsewhere)
    assert start["picture"] == "My Holiday.PNG"
    recipe = recipe_of(project, project.checkpoint_paths()[-1], start=start, seeds=(5, 6))
    made = remade(project, recipe)
    assert elsewhere.read_bytes() == before
    elsewhere.unlink()
    np.testing.assert_array_equal(remade(project, recipe), made)
    assert not (remade(project, recipe_of(project, project.checkpoint_paths()[-1])) == made).all()


def test_it_is_prepared_as_the_pictures_of_the_folder_are(
    project: Project, elsewhere: Path
) -> None:
    _, config = load_model(project.checkpoint_paths()[-1])
    pixels = own_pixels(project, config, start_with(project, elsewhere))
    inside = project.pictures / "same.png"
    inside.write_bytes(elsewhere.read_bytes())
    start = start_with(project, inside)
    assert start["picture"] == "same.png"
    np.testing.assert_array_equal(own_pixels(project, config, start), pixels)


def test_what_is_in_the_folder_is_not_copied(project: Project) -> None:
    start_with(project, project.pictures / "flower 2.png")
    assert not project.own_pictures.exists()


def test_one_file_is_kept_once(project: Project, elsewhere: Path) -> None:
    first = start_with(project, elsewhere)
    twin = elsewhere.with_name("twin.png")
    twin.write_bytes(elsewhere.read_bytes())
    second = start_with(project, twin)
    assert first["sha256"] == second["sha256"]
    assert [path.read_bytes() for path in project.own_pictures.iterdir()] == [twin.read_bytes()]


def test_a_choice_for_a_file_of_that_name_is_not_for_it(project: Project, elsewhere: Path) -> None:
    _, config = load_model(project.checkpoint_paths()[-1])
    start = start_with(project, elsewhere)
    before = own_pixels(project, config, start)
    write_choices(project.path, Choices().turned([str(start["picture"])], 90))
    np.testing.assert_array_equal(own_pixels(project, config, start), before)


def test_a_picture_that_was_turned_later_is_remade_as_it_was(project: Project) -> None:
    _, config = load_model(project.checkpoint_paths()[-1])
    start = start_with(project, project.pictures / "flower 2.png")
    upright = own_pixels(project, config, start)
    write_choices(project.path, Choices().turned(["flower 2.png"], 90))
    np.testing.assert_array_equal(own_pixels(project, config, start), upright)
    turned = own_pixels(project, config, {**start, "turn": 90})
    assert (turned != upright).any()


def test_what_is_damaged_or_was_changed_is_not_taken(project: Project, elsewhere: Path) -> None:
    _, config = load_model(project.checkpoint_paths()[-1])
    start = start_with(project, elsewhere)
    (kept,) = project.own_pictures.iterdir()
    kept.write_bytes(b"another")
    with pytest.raises(StudioError, match="is not in"):
        own_pixels(project, config, start)
    words = elsewhere.with_name("words.png")
    words.write_text("paper, ink")
    with pytest.raises(StudioError, match=r"words\.png cannot be begun with: "):
        own_pixels(project, config, start_with(project, words))
    with pytest.raises(PicturesError, match="is no file"):
        start_with(project, elsewhere.parent)


@pytest.mark.parametrize("sha256", ["", "../../secrets", "0" * 63, "0" * 64 + "/a", "A" * 64])
def test_no_recipe_leads_out_of_the_project(project: Project, sha256: str) -> None:
    assert kept_file(project, "a.png", sha256) is None
