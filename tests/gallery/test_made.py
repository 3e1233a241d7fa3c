"""What lies in the gallery is found: newest first, without what is no picture."""

import os

import pytest

from ddpm_studio.errors import StudioError
from ddpm_studio.gallery.made import FILM, FRAMES, PICTURE, look_through, made_file
from ddpm_studio.gallery.stars import FILE_NAME, read_stars, write_stars
from ddpm_studio.storage import write_json


def test_pictures_and_films_are_found_in_subfolders_newest_first(studio):
    studio.save("old_seed000007.png", modified=100)
    studio.save("demo/new.png", modified=300)
    film = studio.gallery / "demo" / "denoising.GIF"
    film.write_bytes(b"GIF89a")
    os.utime(film, (200, 200))
    found = look_through(studio.gallery)
    assert [(file.name, file.kind, file.seed) for file in found.files] == [
        ("demo/new.png", PICTURE, -1),
        ("demo/denoising.GIF", FILM, -1),
        ("old_seed000007.png", PICTURE, 7),
    ]
    assert found.files[2].size == (studio.gallery / "old_seed000007.png").stat().st_size
    assert (found.others, found.batches) == (0, ())


def test_what_is_no_picture_is_counted_and_our_own_notes_are_not(studio):
    studio.save("a.png")
    for name in ("notes.txt", "model.safetensors", ".hidden.png", "stars.json", "a.json"):
        (studio.gallery / name).write_text("x")
    (studio.gallery / ".unfinished-0.png").write_text("x")
    found = look_through(studio.gallery)
    assert [file.name for file in found.files] == ["a.png"]
    assert found.others == 2


def test_a_film_that_was_saved_frame_by_frame_is_one_thing(studio):
    sizes = [studio.save(f"film/frame_{k:05d}.png").stat().st_size for k in range(3)]
    studio.save("film/poster.png")
    studio.save("frame_00000.png")  # alone among pictures: a picture
    found = {file.name: file for file in look_through(studio.gallery).files}
    assert set(found) == {"film/frame_00000.png", "film/poster.png", "frame_00000.png"}
    film = found["film/frame_00000.png"]
    assert (film.kind, film.size, film.moved_name) == (FRAMES, sum(sizes), "film")
    assert found["frame_00000.png"].moved_name == "frame_00000.png"


def test_no_gallery_is_an_empty_one(tmp_path):
    assert look_through(tmp_path / "nowhere").files == ()


def test_a_folder_that_leads_back_to_itself_ends(studio):
    studio.save("a.png")
    (studio.gallery / "loop").symlink_to(studio.gallery, target_is_directory=True)
    assert [file.name for file in look_through(studio.gallery).files] == ["a.png"]


def test_one_file_that_was_just_written_is_as_a_look_would_find_it(studio, tmp_path):
    path = studio.save("batch/a_seed000003.png")
    assert made_file(studio.gallery, path) == look_through(studio.gallery).files[0]
    assert made_file(studio.gallery, studio.gallery / "gone.png") is None
    assert made_file(studio.gallery, studio.gallery / "stars.json") is None
    assert made_file(studio.gallery, tmp_path / "elsewhere.png") is None


def test_stars_come_back(studio):
    assert read_stars(studio.gallery) == (frozenset(), "")
    write_stars(studio.gallery, {"b.png", "demo/ä.png"})
    assert read_stars(studio.gallery) == (frozenset({"b.png", "demo/ä.png"}), "")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 5000, '{"kind": "stars", "format_version": 9, "names": []}']
)
def test_stars_that_a_foreign_hand_has_spoilt_are_put_aside_not_replaced(studio, text):
    studio.gallery.mkdir()
    path = studio.gallery / FILE_NAME
    path.write_text(text)
    names, trouble = read_stars(studio.gallery)
    assert (names, trouble.startswith("The stars cannot be read")) == (frozenset(), True)
    write_stars(studio.gallery, {"a.png"})
    assert read_stars(studio.gallery) == (frozenset({"a.png"}), "")
    assert (studio.gallery / "stars damaged 1.json").read_text() == text


def test_odd_entries_among_the_stars_are_passed_over(studio):
    studio.gallery.mkdir()
    write_json(studio.gallery / FILE_NAME, "stars", 1, {"names": ["a.png", 3, None, ["b"]]})
    assert read_stars(studio.gallery) == (frozenset({"a.png"}), "")


def test_stars_that_cannot_be_written_are_a_sentence(studio):
    studio.gallery.write_text("a file in the gallery's place")
    with pytest.raises(StudioError, match="The stars cannot be kept"):
        write_stars(studio.gallery, {"a.png"})
