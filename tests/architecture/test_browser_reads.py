"""Tests in a browser wait for what they read: a page that a press just asked for may not be there yet."""

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]
PRESSES = frozenset({"click", "press", "tap", "dispatch_event"})
READS = frozenset(
    {"count", "inner_text", "text_content", "input_value", "get_attribute", "is_checked", "is_visible", "is_hidden"}
    | {"is_enabled", "is_disabled", "all_inner_texts", "all_text_contents", "content", "title", "url"}
)


def test_nothing_is_read_right_after_a_press() -> None:
    hasty = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        if "playwright" in (source := path.read_text(encoding="utf-8"))
        for line in _find_hasty_reads(source)
    ]
    assert hasty == [], "use expect(...), which waits"


def test_a_hasty_read_is_found() -> None:
    assert _find_hasty_reads("page.click()\nassert page.locator('p').count() == 1") == [2]
    assert _find_hasty_reads("page.click()\nassert page.url.endswith('/done')") == [2]
    assert _find_hasty_reads("page.click()\nexpect(page.locator('p')).to_have_count(1)\nassert page.url == ''") == []


def _find_hasty_reads(source: str) -> list[int]:
    """Give the lines of the assertions that follow a press at once and read the page."""
    return [
        after.lineno
        for node in ast.walk(ast.parse(source))
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
        if isinstance(block, list)
        for before, after in zip(block, block[1:], strict=False)
        if _is_press(before) and isinstance(after, ast.Assert) and _reads_page(after)
    ]


def _is_press(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    function = statement.value.func
    return isinstance(function, ast.Attribute) and function.attr in PRESSES


def _reads_page(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in READS for node in ast.walk(statement))
