"""What docs/python.md lists is there, and its examples run."""

import re
from pathlib import Path

import pytest

from ddpm_studio import diffusion

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "python.md").read_text("utf-8")
SECTION = PAGE[PAGE.index("## Variance and likelihood") :].split("\n## ")[0]


def test_every_function_of_variance_and_likelihood_is_public() -> None:
    table = [row for row in SECTION.splitlines() if row.startswith("| ")][2:]
    named = [re.findall(r"`(\w+)[(`]", row)[0] for row in table]
    assert len(named) > 15
    assert [name for name in named if name not in diffusion.__all__] == []


def test_the_example_of_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
    exec(compile(example, "python.md", "exec"), {})
    total = float(re.findall(r"tensor\(([-+\d.e]+)", capsys.readouterr().out)[-1])
    assert total == pytest.approx(1.063, abs=0.03)
