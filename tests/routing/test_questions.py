"""Which facts are asked for which need, and that nothing else decides."""

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given

from attention_point.intake.form.situation_questions import TICKED_FACTS
from attention_point.routing.questions import ASKED_FACTS, find_questions
from attention_point.routing.rule_types import Situation
from attention_point.routing.rules import build_advice
from tests.routing.directory_data import offers
from tests.routing.test_mandatory_paths import days, situations

# What the form offers whatever was asked for.
ALWAYS_OFFERED = {*TICKED_FACTS, "registered_in", "measure_notified_on"}


def list_asked_facts(needs: Iterable[str], on: date) -> set[str]:
    facts_by_need = find_questions(offers(), on)
    return {fact for need in needs for fact in facts_by_need.get(need, ())}


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
    asked = list_asked_facts(needs, on)
    assert facts <= asked
    assert facts or not asked


def test_arrival_and_stamp_are_not_asked_while_no_phase_reads_them() -> None:
    assert not {"entry_stamped", "child_with_permit"} & list_asked_facts(["MIG-REG"], date(2018, 9, 1))


@given(situations, days)
def test_a_fact_that_the_form_does_not_offer_changes_nothing(situation: Situation, on: date) -> None:
    # Of the needs that are answered: a rule may add others to those that were stated.
    advice = build_advice(situation, offers(), on)
    answered = {*situation.needs, *(suggestion.need for suggestion in advice.suggestions)}
    asked = list_asked_facts(answered, on) | ALWAYS_OFFERED
    untold = {fact: None for fact in ASKED_FACTS if fact not in asked}
    assert build_advice(situation._replace(**untold), offers(), on) == advice  # type: ignore[arg-type]
