"""The life of a referral: every step of every side, and when a reason is owed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.codelists import get_code_list
from attention_point.referrals.rules import (
    ANSWERED_STATES,
    DESK_SIDE,
    ENTITY_SIDE,
    OPEN_STATES,
    STEPS,
    find_step,
    get_side_of_state,
    is_reason_required,
    list_next_steps,
)

STATES = tuple(code.code for code in get_code_list("referral_states"))
POSSIBLE = {
    ENTITY_SIDE: {
        "created": {"accepted", "rejected", "attended", "no_show"},
        "seen": {"accepted", "rejected", "attended", "no_show"},
        "accepted": {"accepted", "rejected", "attended", "no_show"},
        "no_show": {"accepted", "attended", "seen"},
        "attended": {"seen"},
        "rejected": {"seen"},
        "expired": {"seen"},
    },
    DESK_SIDE: {
        "created": {"withdrawn"},
        "seen": {"withdrawn"},
        "accepted": {"withdrawn"},
        "no_show": {"closed", "withdrawn"},
        "attended": {"closed"},
        "rejected": {"closed"},
        "closed": {"seen"},
        "expired": {"seen"},
    },
}


@pytest.mark.parametrize("side", [ENTITY_SIDE, DESK_SIDE])
@pytest.mark.parametrize("state", STATES)
def test_the_steps_of_each_side(state: str, side: str) -> None:
    assert {step.state for step in list_next_steps(state, side)} == POSSIBLE[side].get(state, set())
    reached = {target for target in STATES if find_step(state, target, side)}
    assert reached == POSSIBLE[side].get(state, set())


def test_every_state_is_open_or_answered() -> None:
    assert sorted((*OPEN_STATES, *ANSWERED_STATES)) == sorted(STATES)


@pytest.mark.parametrize(
    ("state", "side"),
    [
        ("seen", ENTITY_SIDE),
        ("accepted", ENTITY_SIDE),
        ("no_show", ENTITY_SIDE),
        ("closed", DESK_SIDE),
        ("withdrawn", DESK_SIDE),
    ],
)
def test_a_state_tells_who_brought_it_there(state: str, side: str) -> None:
    assert get_side_of_state(state) == side


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
    step = find_step(state, target, ENTITY_SIDE) or find_step(state, target, DESK_SIDE)
    assert step is not None
    assert is_reason_required(step, state, mandatory=mandatory) is owed


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_whatever_is_tried_a_mandatory_path_ends_with_an_outcome_or_a_reason(tried: list) -> None:
    state, reasons = "created", 0
    for wanted in tried:
        step = find_step(state, wanted.state, wanted.side)
        if step is None:
            continue
        attended = state == "attended"
        reasons += is_reason_required(step, state, mandatory=True)
        state = step.state
        if state in {"closed", "withdrawn"}:
            assert attended or reasons
            assert not list_next_steps(state, ENTITY_SIDE)
            assert {step.state for step in list_next_steps(state, DESK_SIDE)} <= {"seen"}  # reopened, with a reason
