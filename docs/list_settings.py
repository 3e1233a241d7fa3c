"""Lists every setting of a project from its field: python docs/list_settings.py [--check].

`--check` writes nothing and fails if docs/settings.md is not what it would write.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.fields import settings_of, to_text
from ddpm_studio.config.kinds import DDPM, KINDS
from ddpm_studio.config.methods import METHODS
from ddpm_studio.config.text import KIND_PATH, all_settings, value_of
from ddpm_studio.project import is_locked

TARGET = Path(__file__).resolve().parent / "settings.md"
HEAD = """\
# Every setting of a project

<!-- Written by docs/list_settings.py from the fields in ddpm_studio/config; a test holds it up to
date. -->
A project keeps its settings in `project.json`. `--set train.batch_size=8` changes one, and
can be given again: `new` and `train` keep it, `check` and those that paint take it for this time
only. What is called *fixed* cannot change once the model is being trained. The second column says
what it is called in the window.
"""


def lines() -> Iterator[str]:
    yield HEAD
    yield from methods()
    for section, about in settings_of(StudioConfig).items():
        if section != "model":
            yield from table(section, about.words, StudioConfig())
            continue
        for row in KINDS.values():  # each has settings of its own
            is_usual = row.name == DDPM
            title = (
                about.words if is_usual else f"{about.words}: `{KIND_PATH}={row.name}`, {row.title}"
            )
            yield from table(section, title, StudioConfig(model=row.config()))


def methods() -> Iterator[str]:
    yield "## Methods\n"
    yield "`new --method NAME` sets what a paper says, each of it a setting below; so does *Method*"
    yield "in the window.\n"
    yield "| method | in the window | what it is for | it sets | papers |"
    yield "| --- | --- | --- | --- | --- |"
    for name, one in METHODS.items():
        sets = ", ".join(f"{key} {to_text(value)}" for key, value in one.values.items())
        papers = ", ".join(f"[{paper.words}]({paper.where})" for paper in one.papers)
        yield f"| `{name}` | {one.title} | {one.tip} | {sets} | {papers} |"
    yield ""


def table(section: str, title: str, config: StudioConfig) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| setting | in the window | what it does | can be | default |"
    yield "| --- | --- | --- | --- | --- |"
    for path, of in all_settings(config).items():
        if not path.startswith(f"{section}."):
            continue
        value = value_of(config, path)
        allowed = "true or false" if isinstance(value, bool) else of.allowed_in_words
        lock = " *fixed*" if is_locked(path) else ""
        default = f"{to_text(value)} {of.unit_of(value)}".strip()
        yield f"| `{path}`{lock} | {of.both} | {of.tip} | {allowed} | {default} |"
    yield ""


def main(arguments: list[str]) -> int:
    text = "\n".join(lines())
    if arguments == ["--check"]:
        return int(TARGET.read_text("utf-8") != text)
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
