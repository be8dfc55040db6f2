"""What the journal tells has words: every action that is written anywhere in the program."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
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


@cache
def list_calls() -> list[tuple[str, ast.Call]]:
    """The calls of the program that write to the journal or open a file, by the name of what is called."""
    modules = (paths.PROJECT_FOLDER / "attention_point").rglob("*.py")
    nodes = chain.from_iterable(ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for path in modules)
    calls = ((_named(node), node) for node in nodes if isinstance(node, ast.Call))
    return [(name, call) for name, call in calls if name in {*WRITERS, "_list_candidates", "view_person"}]


def list_entries() -> list[ast.Call]:
    """The calls that write an action to the journal."""
    return [call for name, call in list_calls() if name in WRITERS and len(call.args) > 2]


def list_actions() -> list[str]:
    """Each action that is written."""
    return sorted(filter(ACTION.fullmatch, {_literal(call.args[2]) for call in list_entries()}))


def list_codes() -> Iterator[tuple[str, str]]:
    """Each key of a detail with each code that the program writes under it, as far as the code stands in a call."""
    for name, call in list_calls():
        if name != "view_person":
            yield from ((keyword.arg, _literal(keyword.value)) for keyword in call.keywords if keyword.arg)
        elif len(call.args) == 4:
            yield "purpose", _literal(call.args[3])


def test_the_actions_are_found() -> None:
    assert {"visit.record", "journal.export", "directory.edit", ".attach"} <= set(list_actions())


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_action_has_words(language: str) -> None:
    with in_language(language):
        assert [action for action in list_actions() if label_for_action(action) == action] == []


def test_an_action_s_own_words_come_before_those_for_all() -> None:
    with in_language("en"):
        assert label_for_action("account.add") != label_for_action("events.add") == label_for_action("calls.add")
        assert label_for_action("nothing.known") == "nothing.known"


def test_every_detail_has_words() -> None:
    # A key that is not written out is left to the tests of its room.
    keys = {
        (_literal(call.args[2]), keyword.arg) for call in list_entries() for keyword in call.keywords if keyword.arg
    }
    details = get_code_list("journal_details")
    assert keys
    assert [
        (action, key) for action, key in keys if not details.has_code(f"{action}/{key}") | details.has_code(key)
    ] == []


def test_every_code_of_a_detail_has_words() -> None:
    written, details = set(list_codes()), get_code_list("journal_details")
    assert {("by", "check"), ("purpose", "visit"), ("purpose", "check")} <= written
    matches = {("by", match) for match in get_args(Match)}
    assert ("by", "name") in matches
    for key, code in written | matches:
        words = details[key].attributes.get("values") if details.has_code(key) else None
        assert not code or words is None or code in words, f"{key}: {code} has no words"


def test_everything_that_is_written_about_has_words() -> None:
    written = {_literal(call.args[3]) for call in list_entries() if len(call.args) > 3} - {""}
    assert "visit" in written
    subjects = get_code_list("journal_subjects")
    assert [subject for subject in written | set(REGISTERS_BY_NAME) if not subjects.has_code(subject)] == []


def test_every_action_and_every_register_stands_in_a_group() -> None:
    own = [action for action in list_actions() if not action.startswith(".")]
    with in_language("es"):
        assert [action for action in own if label_for_action_group(action) == action.partition(".")[0]] == []
    groups = get_code_list("journal_groups")
    assert [register for register in REGISTERS_BY_NAME if not groups.has_code(register)] == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_two_choices_of_a_part_of_the_house_read_alike(language: str) -> None:
    shared = [action for action in list_actions() if action.startswith(".")]
    own = {action for action in list_actions() if not action.startswith(".")}
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
