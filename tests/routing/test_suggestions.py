"""The answer as a whole: cases, dates, order, uniqueness, reasons."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation import paths
from attention_point.foundation.language import gettext, in_language
from attention_point.routing.answers import NO_OFFER_REASON, NOT_FOR_THEM_REASON
from attention_point.routing.bench.cases import RoutingCase, parse_cases, replay_cases
from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.rule_types import AcceptedDocument, Offer, ShownDocument, Situation
from attention_point.routing.rules import RULES, build_advice
from tests.routing.directory_data import offers
from tests.routing.test_mandatory_paths import days, situations
from tests.routing.yaml_file import load_yaml

CASES = parse_cases(load_yaml(paths.PACKAGE_FOLDER / "routing" / "data" / "cases.yaml"))
FIRST, LAST = date(2020, 2, 29), date(2021, 2, 28)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: RoutingCase) -> None:
    assert replay_cases([case], offers) == []


def test_every_rule_speaks_in_some_case() -> None:
    advices = [build_advice(case.situation, offers(), case.day) for case in CASES]
    spoken = {suggestion.rule for advice in advices for suggestion in advice.suggestions}
    spoken |= {notice.rule for advice in advices for notice in advice.notices}
    assert spoken == {rule.id for rule in RULES}


@pytest.mark.parametrize(
    ("on", "offered"),
    [(date(2020, 2, 28), False), (FIRST, True), (LAST, True), (date(2021, 3, 1), False)],
)
def test_first_and_last_day_are_included(on: date, offered: bool) -> None:
    index = OfferIndex([Offer("EDU", "EDU", "secretaria-educacion", valid_from=FIRST, valid_to=LAST)])
    advice = build_advice(Situation(needs=("EDU",), age=30), index, on)
    assert bool(advice.suggestions) is offered
    assert [notice.reason for notice in advice.notices] == ([] if offered else [NO_OFFER_REASON])


@given(days, days, days)
def test_index_agrees_with_the_bounds(first: date, last: date, on: date) -> None:
    rule = AcceptedDocument("PA", first, last)
    index = OfferIndex([Offer("EDU", "EDU", "x", documents=(rule,), valid_from=first, valid_to=last)])
    assert bool(index.offers_on_day(on)) == (first <= on <= last)
    assert all(offer.documents == (rule,) for offer in index.offers_on_day(on).get("EDU", ()))


def test_last_day_of_the_calendar_is_no_overflow() -> None:
    index = OfferIndex([Offer("EDU", "EDU", "x", valid_to=date.max)])
    assert index.offers_on_day(date.max)


@given(situations, days, st.randoms())
def test_documents_in_any_order_give_the_same_answer(situation: Situation, on: date, random: Random) -> None:
    shuffled = list(situation.documents)
    random.shuffle(shuffled)
    other = situation._replace(documents=tuple(shuffled))
    assert build_advice(other, offers(), on) == build_advice(situation, offers(), on)


@given(situations, days)
def test_answer_is_unique_ordered_complete_and_repeatable(situation: Situation, on: date) -> None:
    advice = build_advice(situation, offers(), on)
    services = [suggestion.service for suggestion in advice.suggestions]
    assert len(services) == len(set(services))
    ranks = [(not s.mandatory, not s.urgent) for s in advice.suggestions]
    assert ranks == sorted(ranks)
    answered = {suggestion.need for suggestion in advice.suggestions} | {notice.need for notice in advice.notices}
    assert answered >= set(situation.needs)
    assert build_advice(situation, offers(), on) == advice


@given(situations, days)
def test_stated_needs_keep_their_order(situation: Situation, on: date) -> None:
    stated = [
        s.need
        for s in build_advice(situation, offers(), on).suggestions
        if not s.mandatory and not s.urgent and s.need in situation.needs
    ]
    stated = list(dict.fromkeys(stated))  # a need may have several services
    assert stated == [need for need in dict.fromkeys(situation.needs) if need in stated]


def test_order_of_offers_decides_and_then_the_code() -> None:
    index = OfferIndex([Offer("HUMAN", "HUMAN", entity, order) for entity, order in [("b", 2), ("c", 1), ("a", 2)]])
    (suggestion,) = build_advice(Situation(needs=("HUMAN",), age=30), index, FIRST).suggestions
    assert (suggestion.entity, suggestion.alternatives) == ("c", ("a", "b"))


def test_a_passport_for_small_children_wants_a_known_age() -> None:
    rule = AcceptedDocument("PA", below_age=7)
    passport = ShownDocument("PA")
    assert rule.accepts_document(passport, 6, FIRST)
    assert not rule.accepts_document(passport, 7, FIRST)
    assert not rule.accepts_document(passport, None, FIRST)


@pytest.mark.parametrize(
    "msgid", [*(rule.reason.msgid for rule in RULES), NO_OFFER_REASON.msgid, NOT_FOR_THEM_REASON.msgid]
)
def test_reason_has_its_spanish(msgid: str) -> None:
    with in_language("es"):
        assert gettext(msgid) != msgid


def test_rule_ids_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
