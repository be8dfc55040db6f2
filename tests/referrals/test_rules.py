"""The life of a referral: every step of every side, and when a reason is owed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.codelists import codelist
from attention_point.referrals.rules import (
    ANSWERED,
    DESK,
    ENTITY,
    OPEN,
    STEPS,
    reason_owed,
    side_of,
    step_to,
    steps_from,
)

STATES = tuple(code.code for code in codelist("referral_states"))
POSSIBLE = {
    ENTITY: {
        "created": {"accepted", "rejected", "attended", "no_show"},
        "seen": {"accepted", "rejected", "attended", "no_show"},
        "accepted": {"rejected", "attended", "no_show"},
        "no_show": {"accepted", "attended"},
    },
    DESK: {
        "created": {"withdrawn"},
        "seen": {"withdrawn"},
        "accepted": {"withdrawn"},
        "no_show": {"closed", "withdrawn"},
        "attended": {"closed"},
        "rejected": {"closed"},
    },
}


@pytest.mark.parametrize("side", [ENTITY, DESK])
@pytest.mark.parametrize("state", STATES)
def test_the_steps_of_each_side(state: str, side: str) -> None:
    assert {step.state for step in steps_from(state, side)} == POSSIBLE[side].get(state, set())
    reached = {target for target in STATES if step_to(state, target, side)}
    assert reached == POSSIBLE[side].get(state, set())


def test_every_state_is_open_or_answered() -> None:
    assert sorted((*OPEN, *ANSWERED)) == sorted(STATES)


@pytest.mark.parametrize(
    ("state", "side"),
    [("seen", ENTITY), ("accepted", ENTITY), ("no_show", ENTITY), ("closed", DESK), ("withdrawn", DESK)],
)
def test_a_state_tells_who_brought_it_there(state: str, side: str) -> None:
    assert side_of(state) == side


@pytest.mark.parametrize(
    ("state", "target", "mandatory", "owed"),
    [
        ("seen", "rejected", False, True),
        ("seen", "accepted", True, False),
        ("seen", "withdrawn", False, True),
        ("rejected", "closed", False, False),
        ("rejected", "closed", True, True),
        ("no_show", "closed", True, True),
        ("attended", "closed", True, False),
    ],
)
def test_when_a_reason_is_owed(state: str, target: str, mandatory: bool, owed: bool) -> None:
    step = step_to(state, target, ENTITY) or step_to(state, target, DESK)
    assert step is not None
    assert reason_owed(step, state, mandatory=mandatory) is owed


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_whatever_is_tried_a_mandatory_path_ends_with_an_outcome_or_a_reason(tried: list) -> None:
    state, reasons = "created", 0
    for wanted in tried:
        step = step_to(state, wanted.state, wanted.said_by)
        if step is None:
            continue
        attended = state == "attended"
        reasons += reason_owed(step, state, mandatory=True)
        state = step.state
        if state in {"closed", "withdrawn"}:
            assert attended or reasons
            assert not steps_from(state, ENTITY)
            assert not steps_from(state, DESK)
