"""What the journal tells has words: every action that is written anywhere in the program."""

import ast
import re
from collections.abc import Iterator

import pytest

from attention_point.catalogue import FEATURES
from attention_point.foundation import paths
from attention_point.foundation.codelists import codelist
from attention_point.foundation.journal.words import action_words, group_words, grouped
from attention_point.foundation.language import speaking
from attention_point.people.duplicates import FOUND
from attention_point.registers.shared.describe import KNOWN

ACTION = re.compile(r"[a-z_]*(\.[a-z-]+)+")
WRITERS = ("record", "_written")
assert FEATURES  # all rooms are known


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


def _keys() -> Iterator[tuple[str, str]]:
    """Each action with each key of its detail; a key that is not written out is left to the tests of its room."""
    for path in (paths.PROJECT / "attention_point").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _named(node) in WRITERS and len(node.args) > 2:
                yield from ((_literal(node.args[2]), each.arg) for each in node.keywords if each.arg)


def _codes() -> Iterator[tuple[str, str]]:
    """Each key of a detail with each code that the program writes under it, as far as the code stands in a call."""
    for path in (paths.PROJECT / "attention_point").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _named(node) in (*WRITERS, "_candidates"):
                yield from ((each.arg, _literal(each.value)) for each in node.keywords if each.arg)
            elif isinstance(node, ast.Call) and _named(node) == "view" and len(node.args) == 4:
                yield "purpose", _literal(node.args[3])


def _subjects() -> Iterator[str]:
    for path in (paths.PROJECT / "attention_point").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _named(node) in WRITERS and len(node.args) > 3 and _literal(node.args[3]):
                yield _literal(node.args[3])


WRITTEN = sorted(filter(ACTION.fullmatch, set(_written())))


def test_the_actions_are_found() -> None:
    assert {"visit.record", "journal.export", "directory.edit", ".attach"} <= set(WRITTEN)


@pytest.mark.parametrize("action", WRITTEN)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_action_has_words(action: str, language: str) -> None:
    with speaking(language):
        assert action_words(action) != action


def test_an_action_s_own_words_come_before_those_for_all() -> None:
    with speaking("en"):
        assert action_words("account.add") != action_words("events.add") == action_words("calls.add")
        assert action_words("nothing.known") == "nothing.known"


@pytest.mark.parametrize(("action", "key"), sorted(set(_keys())))
def test_every_detail_has_words(action: str, key: str) -> None:
    details = codelist("journal_details")
    assert details.has(f"{action}/{key}") or details.has(key)


def test_every_code_of_a_detail_has_words() -> None:
    written, details = set(_codes()), codelist("journal_details")
    assert {("by", "name"), ("by", "check"), ("purpose", "visit"), ("purpose", "check")} <= written
    for key, code in written:
        words = details[key].facts.get("values") if details.has(key) else None
        assert not code or words is None or code in words, f"{key}: {code} has no words"


@pytest.mark.parametrize("subject", sorted(set(_subjects()) | set(KNOWN)))
def test_everything_that_is_written_about_has_words(subject: str) -> None:
    assert codelist("journal_subjects").has(subject)


@pytest.mark.parametrize("action", [action for action in WRITTEN if not action.startswith(".")])
def test_every_action_stands_in_a_group(action: str) -> None:
    with speaking("es"):
        assert group_words(action) != action.partition(".")[0]


@pytest.mark.parametrize("register", sorted(KNOWN))
def test_every_register_is_a_group(register: str) -> None:
    assert codelist("journal_groups").has(register)


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_two_choices_of_a_part_of_the_house_read_alike(language: str) -> None:
    shared = [action for action in WRITTEN if action.startswith(".")]
    own = {action for action in WRITTEN if not action.startswith(".")}
    with speaking(language):
        parts = grouped(own | {f"{register}{action}" for register in KNOWN for action in shared})
    for part, choices in parts.items():
        words = [label for _action, label in choices]
        assert len(words) == len(set(words)), (part, words)


def test_the_details_name_lists_and_records_that_there_are() -> None:
    for detail in codelist("journal_details"):
        if name := detail.facts.get("list"):
            assert len(codelist(name))
        for words in detail.facts.get("values", {}).values():
            assert words["es"]
            assert words["en"]
    assert {row["values"].keys() >= FOUND.keys() for row in [codelist("journal_details")["found_out"].facts]} == {True}
