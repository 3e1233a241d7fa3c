"""What the cache knows of files: copies are grouped once, and likely contents are few."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import copies
from ddpm_studio.data.copies import known_groups
from ddpm_studio.data.file_cache import MOST_LIKELY, KnownFiles
from ddpm_studio.data.picture_facts import PictureFacts, encode_thumbnail
from ddpm_studio.data.scan import FoundFile

CONFIG = PicturesConfig(size=8)


def facts_of(number: int) -> PictureFacts:
    pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    look = int.from_bytes(np.random.default_rng(number).bytes(8), "little")
    return PictureFacts(f"{number:032x}", 64, 64, "PNG", mini=encode_thumbnail(pixels), phash=look)


def test_copies_are_looked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "WORTH_KEEPING", 1)
    facts = [facts_of(0), facts_of(1), facts_of(0)]
    found = known_groups(facts, tmp_path)
    assert [sorted(group) for group in found] == [[0, 2]]
    search = copies.group_copies
    monkeypatch.setattr(copies, "group_copies", None)  # whoever calls it fails
    assert known_groups(facts, tmp_path) == found
    monkeypatch.setattr(copies, "group_copies", search)
    changed = [facts_of(0), replace(facts_of(0), digest="another file"), facts_of(2)]
    assert [sorted(group) for group in known_groups(changed, tmp_path)] == [[0, 1]]
    (tmp_path / copies.FILE_NAME).write_text("damaged")
    assert known_groups(facts, tmp_path) == found


def test_a_folder_of_equally_long_files_names_few_likely_contents(tmp_path: Path) -> None:
    known = KnownFiles(tmp_path, CONFIG, 1)
    for number in range(500):
        file = FoundFile(f"{number}.bmp", 1000, number)
        known.learn(file, f"{number:032x}", facts_of(number))
    known.save()
    again = KnownFiles(tmp_path, CONFIG, 1)
    assert len(again.likely_digests(FoundFile("new.bmp", 1000, 999_999))) <= MOST_LIKELY
    renamed = again.likely_digests(FoundFile("renamed.bmp", 1000, 77))
    assert renamed[0] == f"{77:032x}"  # of the same size and time
    touched = again.likely_digests(FoundFile("5.bmp", 1000, 999_999))
    assert touched[0] == f"{5:032x}"
    assert again.likely_digests(FoundFile("other.bmp", 2000, 77)) == []
    assert again.facts(f"{5:032x}") == facts_of(5)  # as it was learned


def test_other_limits_forget_what_was_said(tmp_path: Path) -> None:
    file = FoundFile("a.png", 10, 1)
    known = KnownFiles(tmp_path, CONFIG, 1)
    known.learn(file, "d" * 32, None, "too small")
    known.save()
    assert KnownFiles(tmp_path, CONFIG, 1).reason("d" * 32) == "too small"
    for config, version in ((replace(CONFIG, smallest_side=1), 1), (CONFIG, 2)):
        assert KnownFiles(tmp_path, config, version).digest(file) == ""
