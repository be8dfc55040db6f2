"""What the journal tells has words: every action that is written anywhere in the program."""

import ast
import re
from collections.abc import Iterator

import pytest

from attention_point.foundation import paths
from attention_point.foundation.journal.views import said
from attention_point.foundation.language import speaking
from tests.support.staff import SignIn

ACTION = re.compile(r"[a-z_]*(\.[a-z-]+)+")
WRITERS = ("record", "_written")


def _named(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literal(argument: ast.expr) -> str:
    """The text of an argument; of one with a name put in, as ``f"{register.name}.add"``, what follows the name."""
    if isinstance(argument, ast.JoinedStr):
        argument = argument.values[-1]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def _written() -> Iterator[str]:
    for path in (paths.PROJECT / "attention_point").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _named(node) in WRITERS and len(node.args) > 2:
                yield _literal(node.args[2])


WRITTEN = sorted(filter(ACTION.fullmatch, set(_written())))


def test_the_actions_are_found() -> None:
    assert {"visit.record", "journal.export", "directory.edit", ".attach"} <= set(WRITTEN)


@pytest.mark.parametrize("action", WRITTEN)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_action_has_words(action: str, language: str) -> None:
    with speaking(language):
        assert said(action) != action


def test_an_action_s_own_words_come_before_those_for_all() -> None:
    with speaking("en"):
        assert said("account.add") != said("events.add") == said("calls.add")
        assert said("nothing.known") == "nothing.known"


def test_the_page_tells_what_was_done_and_takes_any_number(as_role: SignIn) -> None:
    auditor = as_role("auditor")
    page = auditor.get("/journal").text
    assert "Ingresó" in page
    assert "account.sign-in" in page
    for before in ("0", "-1", "x", "9" * 40):
        assert auditor.get(f"/journal?before={before}").status_code == 200
