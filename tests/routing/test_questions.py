"""Which facts are asked for which need, and that nothing else decides."""

from datetime import date

import pytest
from hypothesis import given

from attention_point.routing.questions import ASKED_FACTS, find_questions, list_noted_facts, list_questions
from attention_point.routing.rule_types import Situation
from attention_point.routing.rules import build_advice
from tests.routing.directory_data import offers
from tests.routing.test_mandatory_paths import days, situations


@pytest.mark.parametrize(
    ("needs", "on", "facts"),
    [
        (("MIG-REG",), date(2017, 8, 9), {"arrived_on", "entry_stamped"}),
        (("MIG-REG",), date(2018, 9, 1), {"registered_in"}),
        (("MIG-REG",), date(2025, 10, 1), {"child_with_permit", "registered_in"}),
        (("EDU",), date(2017, 8, 9), set()),
        (("VBG", "EDU"), date(2017, 8, 9), {"violence_within_72_hours"}),
        (("QUEJA-SP",), date(2017, 8, 9), {"complained_of"}),
        (("DDHH",), date(2017, 8, 9), {"complained_of", "measure_notified_on"}),
    ],
)
def test_what_decides_is_asked_where_it_decides(needs: tuple[str, ...], on: date, facts: set[str]) -> None:
    asked = list_questions(offers(), needs, on)
    assert facts <= set(asked)
    assert list(asked) == [fact for fact in ASKED_FACTS if fact in asked]
    if not facts:
        assert asked == ()


def test_arrival_and_stamp_are_not_asked_while_no_phase_reads_them() -> None:
    assert not {"entry_stamped", "child_with_permit"} & set(list_questions(offers(), ["MIG-REG"], date(2018, 9, 1)))


def test_the_agent_can_tick_what_calls_for_a_service() -> None:
    noted = set(list_noted_facts(offers(), date(2017, 9, 1)))
    assert noted >= {"measure_notified_on", "conflict_victim", "in_transit", "death_in_family"}


@given(situations, days)
def test_a_fact_that_is_asked_for_no_need_and_noted_by_nobody_changes_nothing(situation: Situation, on: date) -> None:
    # Of the needs that are answered: a rule may add others to those that were stated.
    advice = build_advice(situation, offers(), on)
    answered = {*situation.needs, *(suggestion.need for suggestion in advice.suggestions)}
    facts_by_need = find_questions(offers(), on)
    asked = {fact for need in answered for fact in facts_by_need.get(need, ())} | set(list_noted_facts(offers(), on))
    untold = {fact: None for fact in ASKED_FACTS if fact not in asked}
    assert build_advice(situation._replace(**untold), offers(), on) == advice  # type: ignore[arg-type]
