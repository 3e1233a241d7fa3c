"""Tests ask what everybody can ask; where one reaches into something, a comment says why."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
NOT_PRIVATE = {"_exit", "_replace"}  # of `os` and of named tuples, whose names they are


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in NOT_PRIVATE


def own_names(tree: ast.Module) -> set[str]:
    """What a test file defines itself: its fixtures, helpers and their attributes."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names |= {node.attr} if ast.unparse(node.value) == "self" else set()
    return names


def private_names(node: ast.AST) -> list[str]:
    """Of another module or object, that a node reads or imports."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "cls"):
        return [node.attr] if is_private(node.attr) else []
    if isinstance(node, ast.ImportFrom):
        return [alias.name for alias in node.names if is_private(alias.name)]
    return []


def unexplained(text: str) -> Iterator[tuple[int, str]]:
    """Line and name of every reach without a comment at its statement, or at an earlier one."""
    tree, lines = ast.parse(text), text.splitlines()
    explained = own_names(tree)
    begins = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    places = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.ImportFrom))
    for node in sorted(places, key=lambda one: one.lineno):
        begin = max(line for line in begins if line <= node.lineno)
        is_explained = any("#" in line for line in lines[max(0, begin - 2) : node.lineno])
        for name in private_names(node):
            if is_explained:
                explained.add(name)
            elif name not in explained:
                yield node.lineno, name


def test_private_parts_of_others_are_reached_for_a_reason_that_is_said() -> None:
    found = {
        f"{path.relative_to(TESTS)}:{line}: {name}"
        for path in TESTS.rglob("*.py")
        for line, name in unexplained(path.read_text("utf-8"))
    }
    assert not found, "say in a comment why it must be that, or ask for something public"


def test_reaches_are_found() -> None:
    """Else the test above would show nothing."""
    text = "from a import _b\nx = c._d\n# its clock\ny = c._e\nz = c._e + self._f\nw = c._g()\n"
    assert list(unexplained(text)) == [(1, "_b"), (2, "_d"), (6, "_g")]
