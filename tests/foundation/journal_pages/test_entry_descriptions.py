"""What the journal tells has words: every action that is written anywhere in the program."""

import ast
import re
from collections.abc import Iterator
from typing import get_args

import pytest

from attention_point.catalogue import FEATURES
from attention_point.foundation import paths
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.journal_pages.entry_descriptions import (
    group_actions,
    label_for_action,
    label_for_action_group,
)
from attention_point.foundation.language import in_language
from attention_point.people.search.people_search import Match
from attention_point.registers.shared.schema.schema import REGISTERS_BY_NAME

ACTION = re.compile(r"[a-z_]*(\.[a-z-]+)+")
WRITERS = ("record", "record_change", "save_changes")
assert FEATURES  # all rooms are known


def _named(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literal(argument: ast.expr) -> str:
    """The text of an argument; of one with a name put in, as ``f"{register.name}.add"``, what follows the name."""
    if isinstance(argument, ast.JoinedStr):
        argument = argument.values[-1]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def _written() -> Iterator[str]:
    for path in (paths.PROJECT_FOLDER / "attention_point").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _named(node) in WRITERS and len(node.args) > 2:
                yield _literal(node.args[2])


def _keys() -> Iterator[tuple[str, str]]:
    """Each action with each key of its detail; a key that is not written out is left to the tests of its room."""
    for path in (paths.PROJECT_FOLDER / "attention_point").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _named(node) in WRITERS and len(node.args) > 2:
                yield from ((_literal(node.args[2]), keyword.arg) for keyword in node.keywords if keyword.arg)


def _codes() -> Iterator[tuple[str, str]]:
    """Each key of a detail with each code that the program writes under it, as far as the code stands in a call."""
    for path in (paths.PROJECT_FOLDER / "attention_point").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _named(node) in (*WRITERS, "_list_candidates"):
                yield from ((keyword.arg, _literal(keyword.value)) for keyword in node.keywords if keyword.arg)
            elif isinstance(node, ast.Call) and _named(node) == "view_person" and len(node.args) == 4:
                yield "purpose", _literal(node.args[3])


def _subjects() -> Iterator[str]:
    for path in (paths.PROJECT_FOLDER / "attention_point").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _named(node) in WRITERS and len(node.args) > 3 and _literal(node.args[3]):
                yield _literal(node.args[3])


WRITTEN = sorted(filter(ACTION.fullmatch, set(_written())))


def test_the_actions_are_found() -> None:
    assert {"visit.record", "journal.export", "directory.edit", ".attach"} <= set(WRITTEN)


@pytest.mark.parametrize("action", WRITTEN)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_action_has_words(action: str, language: str) -> None:
    with in_language(language):
        assert label_for_action(action) != action


def test_an_action_s_own_words_come_before_those_for_all() -> None:
    with in_language("en"):
        assert label_for_action("account.add") != label_for_action("events.add") == label_for_action("calls.add")
        assert label_for_action("nothing.known") == "nothing.known"


@pytest.mark.parametrize(("action", "key"), sorted(set(_keys())))
def test_every_detail_has_words(action: str, key: str) -> None:
    details = get_code_list("journal_details")
    assert details.has_code(f"{action}/{key}") or details.has_code(key)


def test_every_code_of_a_detail_has_words() -> None:
    written, details = set(_codes()), get_code_list("journal_details")
    assert {("by", "check"), ("purpose", "visit"), ("purpose", "check")} <= written
    matches = {("by", match) for match in get_args(Match)}
    assert ("by", "name") in matches
    for key, code in written | matches:
        words = details[key].attributes.get("values") if details.has_code(key) else None
        assert not code or words is None or code in words, f"{key}: {code} has no words"


@pytest.mark.parametrize("subject", sorted(set(_subjects()) | set(REGISTERS_BY_NAME)))
def test_everything_that_is_written_about_has_words(subject: str) -> None:
    assert get_code_list("journal_subjects").has_code(subject)


@pytest.mark.parametrize("action", [action for action in WRITTEN if not action.startswith(".")])
def test_every_action_stands_in_a_group(action: str) -> None:
    with in_language("es"):
        assert label_for_action_group(action) != action.partition(".")[0]


@pytest.mark.parametrize("register", sorted(REGISTERS_BY_NAME))
def test_every_register_is_a_group(register: str) -> None:
    assert get_code_list("journal_groups").has_code(register)


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_two_choices_of_a_part_of_the_house_read_alike(language: str) -> None:
    shared = [action for action in WRITTEN if action.startswith(".")]
    own = {action for action in WRITTEN if not action.startswith(".")}
    with in_language(language):
        parts = group_actions(own | {f"{register}{action}" for register in REGISTERS_BY_NAME for action in shared})
    for part, choices in parts.items():
        words = [label for _action, label in choices]
        assert len(words) == len(set(words)), (part, words)


def test_the_details_name_lists_and_records_that_there_are() -> None:
    for detail in get_code_list("journal_details"):
        if name := detail.attributes.get("list"):
            assert len(get_code_list(name))
        for words in detail.attributes.get("values", {}).values():
            assert words["es"]
            assert words["en"]
