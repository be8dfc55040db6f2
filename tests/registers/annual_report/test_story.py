"""The office's story around the drafted units: nothing drafted is lost, and what changed is seen."""

from hypothesis import given
from hypothesis import strategies as st

from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.annual_report.narrative.account_units import AccountUnit
from attention_point.registers.annual_report.rules import TextPart
from attention_point.registers.annual_report.stories.differences import compare_texts
from attention_point.registers.annual_report.stories.stored_stories import read_story
from attention_point.registers.annual_report.stories.story import (
    DRAFTED,
    LEFT_OUT,
    REWORDED,
    WRITTEN,
    StoryPart,
    arrange_story,
    build_parts_json,
    list_printed_parts,
    move_part,
    parse_parts_json,
)

KEYS = st.sampled_from([f"events/{letter}" for letter in "abcdef"])
UNITS = st.lists(
    st.builds(AccountUnit, KEYS, st.sampled_from(["Uno.", "Dos.", "Tres."])), unique_by=lambda unit: unit.key
)
PARTS = st.lists(
    st.one_of(
        st.builds(StoryPart, st.just(WRITTEN), st.sampled_from(["Nuestro.", "# Título"])),
        st.builds(
            StoryPart, st.sampled_from([DRAFTED, REWORDED, LEFT_OUT]), st.just("Dicho así."), KEYS, st.just("Uno.")
        ),
    ),
    max_size=8,
)


def unit(key: str, text: str = "Uno.", is_heading: bool = False) -> AccountUnit:
    return AccountUnit(key, text, is_heading)


@given(PARTS, UNITS)
def test_every_part_and_every_unit_is_in_the_story_once(parts: list[StoryPart], units: list[AccountUnit]) -> None:
    items = arrange_story(parts, units)
    placed = [item.unit.key for item in items if item.unit and item.change == "new"]
    assert sorted({item.unit.key for item in items if item.unit}) == sorted(each.key for each in units)
    assert len(placed) == len(set(placed))
    # The stored parts keep their order.
    stored = [item.part for item in items if any(item.part is part for part in parts)]
    assert [id(part) for part in stored] == [id(part) for part in parts]


@given(UNITS)
def test_without_a_story_the_draft_is_printed_as_it_is(units: list[AccountUnit]) -> None:
    items = arrange_story([], units)
    assert [item.unit for item in items] == units
    assert not any(item.change for item in items)
    assert [part.text for part in list_printed_parts(items)] == [each.text for each in units]


@given(PARTS)
def test_parts_come_back_from_the_database_as_they_were(parts: list[StoryPart]) -> None:
    assert parse_parts_json(build_parts_json(parts)) == parts


def test_what_changed_is_told_and_own_words_stand() -> None:
    parts = [StoryPart(REWORDED, "Dicho así.", "events/a", "Uno."), StoryPart(DRAFTED, "", "events/b", "Uno.")]
    items = arrange_story(parts, [unit("events/a", "Dos."), unit("events/c")])
    assert [item.change for item in items] == ["changed", "new", "gone"]
    # What a browser makes of the space within an amount is no change of a record.
    sent_back = StoryPart(DRAFTED, "", "events/a", "Costó $ 5.000.")
    assert [item.change for item in arrange_story([sent_back], [unit("events/a", "Costó $\xa05.000.")])] == [""]
    assert [change.kind for change in compare_texts("Costó $ 5.000.", "Costó $\xa05.000.")] == ["same"]
    # The words of the office stay; a paragraph whose record is gone is not printed.
    assert [part.text for part in list_printed_parts(items)] == ["Dicho así.", "Uno."]


def test_a_new_unit_stands_after_the_one_that_it_follows() -> None:
    parts = [
        StoryPart(WRITTEN, "Para empezar."),
        StoryPart(DRAFTED, "", "events/c", "Uno."),
        StoryPart(DRAFTED, "", "events/a", "Uno."),
    ]
    items = arrange_story(parts, [unit("events/a"), unit("events/b"), unit("events/c")])
    assert [item.part.key for item in items] == ["", "events/c", "events/a", "events/b"]


def test_a_heading_with_nothing_under_it_is_not_printed() -> None:
    units = [unit("heading/done", "Realizados", True), unit("events/a"), unit("heading/planned", "Previstos", True)]
    parts = [StoryPart(LEFT_OUT, "", "events/a", "Uno.")]
    assert list_printed_parts(arrange_story(parts, units)) == []
    assert list_printed_parts(arrange_story([], units)) == [TextPart("Realizados", True), TextPart("Uno.")]


def test_a_part_moves_within_the_story_only() -> None:
    parts = [StoryPart(WRITTEN, text) for text in ("a", "b", "c")]
    assert [part.text for part in move_part(parts, 2, -1)] == ["a", "c", "b"]
    assert move_part(parts, 0, -1) == parts
    assert move_part(parts, 2, 1) == parts
    assert move_part(parts, 9, -1) == parts


def test_a_text_of_an_earlier_version_says_what_it_said() -> None:
    units = [unit("events/a"), unit("events/b")]
    introduced = ReportText(introduction="Un año distinto.", account="", parts=None)
    account = ReportText(introduction="Un año distinto.", account="# Lo hecho\n\nTodo.", parts=None)
    for text, printed in (
        (introduced, ["Un año distinto.", "Uno.", "Uno."]),
        (account, ["Un año distinto.", "Lo hecho", "Todo."]),
    ):
        parts, replaces_drafts = read_story(text)
        items = arrange_story(parts, units, replaces_drafts=replaces_drafts)
        assert [part.text for part in list_printed_parts(items)] == printed
        # The drafts that the account replaced are still there to be taken back.
        assert {item.unit.key for item in items if item.unit} == {"events/a", "events/b"}
        assert not any(item.change for item in items)
