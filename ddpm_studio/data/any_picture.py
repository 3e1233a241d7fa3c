"""Whether a folder holds a picture at all: asked at once, where reading all of it comes later."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.look import request_for
from ddpm_studio.data.decode.made import MADE
from ddpm_studio.data.index import FAILURES
from ddpm_studio.data.isolation.process import Answer
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.data.prepare import new_pool, none_taken
from ddpm_studio.data.scan import FoundFile, LeftOut, is_video_name, scan_folder
from ddpm_studio.events import Progress, Work


def check_any_picture(folder: Path, config: PicturesConfig) -> Iterator[Progress]:
    """Raise PicturesError with one sentence unless one file of a folder can be taken.

    One after the other is read, in a process of its own, until one can. What can be taken once it
    is chosen, a video or a damaged picture, is enough; what this program made is not.
    """
    found, left_out = scan_folder(folder)
    if any(is_video_name(file.name) for file in found):
        return
    requests: Iterator[tuple[FoundFile, dict[str, Any]]] = (
        (file, request_for(folder / file.name, config)) for file in found
    )
    if found:
        with new_pool(config, workers=1) as pool:
            for file, answer in pool.run(requests):
                reason = _why_not(answer, config)
                if not reason:
                    return
                left_out.append(LeftOut(file.name, reason))
                yield Progress(Work.READING, len(left_out), len(found))
    raise none_taken(folder, left_out)


def _why_not(answer: Answer, config: PicturesConfig) -> str:
    values = answer.values
    if "facts" not in values:
        return str(values.get("reason") or FAILURES.get(answer.failure, answer.failure))
    is_made = PictureFacts.from_list(values["facts"]).is_made and config.made == "out"
    return MADE if is_made else ""
