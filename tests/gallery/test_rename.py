"""Another name: nothing is lost or replaced, and what belongs to a file goes along."""

import pytest

from ddpm_studio.errors import StudioError
from ddpm_studio.gallery import rename as renaming
from ddpm_studio.gallery.made import look_through
from ddpm_studio.gallery.rename import own_name, rename, rename_problem


@pytest.fixture
def one(studio):
    studio.save("batch/a_seed7.png", 7)
    (studio.gallery / "batch" / "a_seed7.json").write_text("{}")
    return look_through(studio.gallery).files[0]


def test_a_note_beside_it_follows_and_its_time_stays(studio, one):
    before = (studio.gallery / one.name).read_bytes()
    new = rename(studio.gallery, one, "moon")
    assert new.name == "batch/moon.png"
    assert (studio.gallery / new.name).read_bytes() == before
    assert look_through(studio.gallery).files == (new,)
    there = sorted(path.name for path in (studio.gallery / "batch").iterdir())
    assert there == ["moon.json", "moon.png"]
    assert rename(studio.gallery, new, own_name(one)) == one


@pytest.mark.parametrize("has_links", [True, False])
def test_nothing_is_overwritten(studio, one, monkeypatch, has_links):
    if not has_links:
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError(1, "no")))
    other = studio.save("batch/moon.png", 99)
    kept = other.read_bytes()
    with pytest.raises(StudioError, match=r"moon\.png is there already; choose another name\."):
        rename(studio.gallery, one, "moon")
    assert other.read_bytes() == kept
    assert (studio.gallery / one.name).exists()
    other.with_name("sun.json").write_text("another's")
    assert rename(studio.gallery, one, "sun").name == "batch/sun.png"
    assert other.with_name("sun.json").read_text() == "another's"
    assert other.with_name("a_seed7.json").exists()


def test_one_that_came_in_the_same_moment_is_not_overwritten(studio, one, monkeypatch):
    monkeypatch.setattr(renaming, "rename_problem", lambda *_: "")
    other = studio.save("batch/moon.png", 99)
    with pytest.raises(StudioError, match="is there already"):
        rename(studio.gallery, one, "moon")
    assert other.exists()


def test_a_film_in_frames_is_called_as_its_folder(studio):
    for at in range(2):
        studio.save(f"film/frame_{at:05d}.png", at)
    (one,) = look_through(studio.gallery).files
    assert own_name(one) == "film"
    new = rename(studio.gallery, one, "the moon rises")
    assert new.name == "the moon rises/frame_00000.png"
    assert look_through(studio.gallery).files == (new,)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Give it a name."),
        (" . ", "Give it a name."),
        ("a/b", "A name cannot hold /"),
        ("a\nb", "A name cannot hold …"),
        ('w"h*y', 'A name cannot hold " *'),
        (".hidden", "begins and ends"),
        ("space ", "begins and ends"),
        ("Con", "name of a device"),
        ("ä" * 150, "too long"),
    ],
)
def test_names_that_some_disk_does_not_take_are_refused_in_words(studio, one, name, words):
    assert words in rename_problem(studio.gallery, one, name)
    with pytest.raises(StudioError):
        rename(studio.gallery, one, name)
    assert (studio.gallery / one.name).exists()


def test_what_has_gone_says_so(studio, one):
    (studio.gallery / one.name).unlink()
    with pytest.raises(StudioError, match=r"a_seed7\.png cannot be renamed"):
        rename(studio.gallery, one, "moon")
