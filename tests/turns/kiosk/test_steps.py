"""The order of the questions, and what each answer changes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation import clock
from attention_point.intake.form.companions import FamilyForm
from attention_point.turns.details import TurnDetails
from attention_point.turns.kiosk.answers import KioskAnswers
from attention_point.turns.kiosk.answers_cookie import SEALED_SIZE
from attention_point.turns.kiosk.steps import (
    FIELD_LENGTHS,
    INTAKE_FIELDS,
    MOST_COMPANIONS,
    MOST_NEEDS,
    NEEDS_ROOM,
    STEPS,
    TURN,
    UnfitAnswer,
    answer_step,
    list_steps,
    read_intake_text,
    read_slip_code,
)
from attention_point.turns.kiosk.turn_details import build_details
from attention_point.turns.rules import VISITOR_REASONS

BEGUN = KioskAnswers(turn_id=UUID(int=7 << 76), touched_at=datetime(2026, 11, 30, 13, tzinfo=UTC))
CODE = "ABCD2345EFGH6789"


def answer(answers: KioskAnswers, *, offers_self_intake: bool = False, **fields: Any) -> KioskAnswers:
    """Answer the question that is shown."""
    return answer_step(answers, {name.replace("__", "-"): text for name, text in fields.items()},
                       offers_self_intake=offers_self_intake)  # fmt: skip


def test_five_taps_lead_to_the_turn() -> None:
    taps: tuple[dict[str, Any], ...] = (
        {"language": "es"},
        {"need": "EDU"},
        {"first_time": "yes"},
        {"action": "next"},  # nobody came along
        {"preferential": "none"},
    )
    answers = BEGUN
    for tap in taps:
        assert answers.step != TURN
        answers = answer(answers, **tap)
    assert answers.step == TURN
    assert build_details(answers, None) == TurnDetails(needs=("EDU",), first_time=True)


def test_several_needs_are_chosen_and_taken_back() -> None:
    answers = answer(answer(BEGUN, language="en"), action="several")
    for need in ("EDU", "VBG", "EDU", "HUMAN"):
        answers = answer(answers, need=need)
        assert answers.step == "needs"
    assert (answers.needs, answer(answers, action="next").step) == (("VBG", "HUMAN"), "first_time")
    unsure = answer(answers, need="")
    assert (unsure.needs, unsure.step) == ((), "first_time")


def test_only_who_came_before_is_asked_for_a_slip() -> None:
    asked = BEGUN.change(step="first_time")
    assert answer(asked, first_time="yes").step == "companions"
    answers = answer(asked, first_time="no")
    assert answers.step == "slip"
    answers = answer(answers, slip_code=CODE.lower())
    assert (answers.step, answers.slip_code) == ("companions", CODE)
    # Whoever then says that it is the first time has no slip of another day.
    back = answer(answer(answers, action="back"), action="back")
    assert (back.step, answer(back, first_time="yes").slip_code) == ("first_time", "")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", ""),
        (f" {CODE} ", CODE),
        (CODE[:8].lower() + " " + CODE[8:], CODE),
        (f"https://punto.example/portal/slips/{CODE}", CODE),
        (f"https://punto.example/portal/slips/{CODE}?x=1", CODE),
        ("bga-2026-000124", "BGA-2026-000124"),
    ],
)
def test_a_slip_is_known_by_its_code_its_address_or_its_reference(typed: str, code: str) -> None:
    assert read_slip_code(typed) == code


@pytest.mark.parametrize("typed", ["hola", CODE[:15], CODE + "A", "https://otro.example/", "1234567890", "\x00"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(UnfitAnswer) as caught:
        read_slip_code(typed)
    assert caught.value.args[0] == "slip_code"


def test_companions_stay_between_none_and_the_most() -> None:
    answers = BEGUN.change(step="companions")
    assert answer(answers, less="adults").adults == 0
    for _tap in range(MOST_COMPANIONS + 5):
        answers = answer(answers, more="children")
    assert (answers.children, answers.adults, answers.step) == (MOST_COMPANIONS, 0, "companions")
    assert answer(answers, more="step").step == "preferential"


@pytest.mark.parametrize("reason", ["small_children", "pregnant", "disability", "older_adult"])
def test_a_reason_by_own_word_is_enough(reason: str) -> None:
    answers = answer(BEGUN.change(step="preferential"), preferential=reason)
    assert build_details(answers, None).preferential == (reason,)
    assert reason in VISITOR_REASONS


def test_what_only_staff_record_is_not_a_visitors_to_claim() -> None:
    answers = answer(BEGUN.change(step="preferential"), preferential="other")
    assert (answers.preferential, answers.step) == ((), TURN)


def test_nobody_is_asked_for_a_preference_that_the_policy_does_not_give() -> None:
    assert "preferential" not in list_steps(BEGUN, offers_self_intake=False, prefers_visitors=False)
    answers = answer_step(
        BEGUN.change(step="companions"), {"action": "next"}, offers_self_intake=False, prefers_visitors=False
    )
    assert answers.step == TURN


def test_without_the_setting_nobody_is_asked_for_data() -> None:
    answers = BEGUN.change(wants_intake=True, allows_data=True)
    assert not {"intake", "consent", *INTAKE_FIELDS} & set(list_steps(answers, offers_self_intake=False))


def test_data_are_typed_only_after_the_yes_and_go_with_a_no() -> None:
    answers = answer(BEGUN.change(step="intake"), offers_self_intake=True, intake="yes")
    assert answers.step == "consent"
    answers = answer(answers, offers_self_intake=True, attention="yes")
    assert answers.step == "given_names"
    answers = answer(answers, offers_self_intake=True, given_names="  Yohana   Patricia ")
    assert answers.fields == {"given_names": "Yohana Patricia"}
    details = build_details(answers, "2026-11")
    assert details.self_intake == {
        "attention": "yes",
        "text_version": "2026-11",
        "text_language": "es",
        "given_names": "Yohana Patricia",
    }
    assert build_details(answers, None).self_intake is None
    back = answer(answer(answers, offers_self_intake=True, action="back"), offers_self_intake=True, action="back")
    refused = answer(back, offers_self_intake=True, attention="no")
    assert (refused.step, refused.fields, build_details(refused, "2026-11").self_intake) == (TURN, {}, None)


def test_the_fields_of_the_self_intake_are_those_of_the_desk() -> None:
    form_names = set(FamilyForm.__dict__) | {name for base in FamilyForm.__mro__ for name in vars(base)}
    for name in (field for fields in INTAKE_FIELDS.values() for field in fields):
        assert name.split("-")[0] in form_names
    assert set(FIELD_LENGTHS) >= {field for fields in INTAKE_FIELDS.values() for field in fields}


@pytest.mark.parametrize("name", ["given_names", "surname_1", "phone", "documents-0-number"])
def test_a_text_that_is_too_long_or_unfit_is_refused_by_its_field(name: str) -> None:
    assert read_intake_text(name, "x" * FIELD_LENGTHS[name])
    for text in ("x" * (FIELD_LENGTHS[name] + 1), "a\x07b"):
        with pytest.raises(UnfitAnswer) as caught:
            read_intake_text(name, text)
        assert caught.value.args[0] == name


def test_another_button_keeps_what_stands_in_the_boxes() -> None:
    answers = BEGUN.change(step="surnames", wants_intake=True, allows_data=True)
    larger = answer(answers, offers_self_intake=True, action="text_size", surname_1="Pérez", surname_2="")
    assert (larger.step, larger.text_size, larger.fields["surname_1"]) == ("surnames", 1, "Pérez")
    assert answer(larger, offers_self_intake=True, action="contrast", surname_1="Pérez").has_high_contrast


def test_all_texts_at_their_limits_fit_into_the_cookie() -> None:
    longest = KioskAnswers(
        turn_id=BEGUN.turn_id, touched_at=clock.now(), step="given_names", language="en", takes_several=True,
        needs=("9" * (NEEDS_ROOM // MOST_NEEDS),) * MOST_NEEDS, first_time=False, slip_code=CODE,
        adults=MOST_COMPANIONS, children=MOST_COMPANIONS, preferential=("small_children",), wants_intake=True,
        allows_data=True, fields={name: "😀" * length for name, length in FIELD_LENGTHS.items()}, text_size=2,
        has_high_contrast=True,
    )  # fmt: skip
    assert len(longest.model_dump_json(exclude_defaults=True).encode()) <= SEALED_SIZE


def test_needs_that_no_page_offers_do_not_fill_the_cookie() -> None:
    answers = answer(answer(BEGUN, language="es"), action="several")
    assert answer(answers, need="x" * 5_000) == answers
    assert answer(answers, need="😀") == answers
    for number in range(40):
        answers = answer(answers, need=f"RC-APATRIDIA-{number}")
    assert len("".join(answers.needs)) <= NEEDS_ROOM
    assert answer(answers, need=answers.needs[0]).needs == answers.needs[1:]


@given(
    st.lists(
        st.sampled_from(
            [
                *({"action": action} for action in ("back", "next", "several", "skip", "text_size", "contrast", "x")),
                *({"need": need} for need in ("EDU", "", "VBG")),
                *({name: value} for name in ("first_time", "intake", "attention") for value in ("yes", "no")),
                *({name: group} for name in ("more", "less") for group in ("adults", "children", "turn_id")),
                {"language": "en"}, {"preferential": "pregnant"}, {"preferential": "x"}, {"slip_code": CODE},
                {"given_names": "Ana", "attention": "yes"}, {},
            ]
        ),
        max_size=60,
    ),
    st.booleans(),
)  # fmt: skip
def test_whatever_is_pressed_there_is_a_question_and_the_details_are_fit(
    presses: list[dict[str, str]], offers_self_intake: bool
) -> None:
    answers = BEGUN
    for fields in presses:
        try:
            answers = answer_step(answers, fields, offers_self_intake=offers_self_intake)
        except UnfitAnswer:
            continue
        assert answers.step in (*STEPS, TURN)
        if answers.step == TURN:
            break
    details = build_details(answers, "2026-11" if offers_self_intake else None)
    assert (details.self_intake is not None) <= (offers_self_intake and answers.allows_data is True)
