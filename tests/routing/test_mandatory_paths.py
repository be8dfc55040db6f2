"""M1 to M6, one by one, and what holds whatever else is true."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.dates import DateSpan
from attention_point.routing import rules
from attention_point.routing.answers import NO_OFFER_REASON
from attention_point.routing.demands import Demand, Rule
from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.rule_types import AcceptedDocument, Offer, ShownDocument, Situation, Suggestion
from attention_point.routing.rules import ENFORCEMENT_ENTITY, PERMIT_NEEDS, RIGHTS_NEEDS, build_advice
from tests.routing.directory_data import load, offers

OPENING = date(2017, 8, 9)
NEEDS = [service["code"] for service in load("services")["services"]]
ENTITIES = [entity["code"] for entity in load("entities")["entities"]]
DOCUMENTS = ["CC", "TI", "RC", "CN", "CE", "PA", "PE", "PT", "SC", "DE", "CD", "TMF", "NES", "CERT-PPT", "PEPT", "VESP"]
FLAGS = st.none() | st.booleans()
VULNERABILITIES = [
    *("pregnant", "lactating", "older_adult", "disability", "chronic_illness"),
    *("gender_violence", "trafficking", "unaccompanied_child", "street", "lgbti"),
]

days = st.dates(date(2017, 1, 1), date(2035, 12, 31))
lengths = st.sampled_from([timedelta(0), timedelta(days=30), timedelta(days=364)])
held = st.builds(ShownDocument, st.sampled_from(DOCUMENTS), st.none() | days)
situations = st.builds(
    Situation,
    needs=st.lists(st.sampled_from(NEEDS), max_size=6).map(tuple),
    age=st.none() | st.integers(0, 110),
    accompanied_by=st.sampled_from([None, "parent", "guardian", "other_adult", "alone"]),
    nationality=st.sampled_from([None, "VE", "CO", "EC"]),
    status=st.sampled_from([None, "regular", "irregular", "in_process", "asylum_seeker", "national"]),
    documents=st.lists(held, max_size=4).map(tuple),
    vulnerabilities=st.lists(st.sampled_from(VULNERABILITIES), max_size=3, unique=True).map(tuple),
    child_born_in_colombia_without_note=st.booleans(),
    complained_of=st.none() | st.sampled_from([*ENTITIES, "police", "hospital", "landlord"]),
    arrived_on=st.none() | st.builds(lambda first, length: DateSpan(first, first + length), days, lengths),
    entry_stamped=FLAGS,
    child_with_permit=FLAGS,
    registered_in=st.sampled_from([None, "RAMV", "RUMV"]),
    measure_notified_on=st.none() | days,
    violence_within_72_hours=FLAGS,
    conflict_victim=FLAGS,
    in_transit=FLAGS,
    live_birth_certificate=FLAGS,
    death_in_family=FLAGS,
    intention=st.sampled_from([None, "stay", "transit", "return"]),
)


def services_of(situation: Situation, on: date = OPENING) -> dict[str, Suggestion]:
    return {suggestion.service: suggestion for suggestion in build_advice(situation, offers(), on).suggestions}


@pytest.mark.parametrize("company", ["alone", "other_adult"])
def test_m1_child_without_carer_is_urgent_and_mandatory_and_first(company: str) -> None:
    first = build_advice(Situation(needs=("EDU",), age=17, accompanied_by=company), offers(), OPENING).suggestions[0]
    assert (first.service, first.entity, first.mandatory, first.urgent) == ("NNA-PROT", "icbf", True, True)
    assert not first.papers_missing


@pytest.mark.parametrize(("age", "company"), [(18, "alone"), (9, "parent"), (9, "guardian"), (None, "alone")])
def test_m1_is_silent_for_adults_carers_and_unknown_ages(age: int | None, company: str) -> None:
    assert "NNA-PROT" not in services_of(Situation(age=age, accompanied_by=company))


def test_m1_says_so_when_nobody_asked() -> None:
    advice = build_advice(Situation(age=9), offers(), OPENING)
    assert [(notice.need, notice.rule) for notice in advice.notices] == [("NNA-PROT", "M1-ASK")]
    assert not build_advice(Situation(age=9, accompanied_by="parent"), offers(), OPENING).notices
    seen = Situation(accompanied_by="alone", vulnerabilities=("unaccompanied_child",))
    assert not build_advice(seen, offers(), OPENING).notices


def test_m1_stays_mandatory_whatever_a_later_rule_says(monkeypatch: pytest.MonkeyPatch) -> None:
    later = Rule("LATER", NO_OFFER_REASON, adds=lambda *_facts: (Demand("NNA-PROT"),))
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, later))
    suggestion = services_of(Situation(age=9, accompanied_by="alone"))["NNA-PROT"]
    assert (suggestion.rule, suggestion.mandatory) == ("M1", True)


def test_m2_the_victim_chooses_among_entities_and_the_visit_is_restricted() -> None:
    situation = Situation(needs=("VBG",), age=30, violence_within_72_hours=False)
    advice = build_advice(situation, offers(), OPENING)
    assert [suggestion.service for suggestion in advice.suggestions] == ["VBG", "VBG-SALUD", "VBG-PSI"]
    assert all(suggestion.restricted and not suggestion.mandatory for suggestion in advice.suggestions)
    assert advice.suggestions[0].alternatives == ("fiscalia", "salud")
    assert advice.restricted
    assert not build_advice(Situation(needs=("HUMAN",), age=30), offers(), OPENING).restricted


@pytest.mark.parametrize("told", [True, None])
def test_m2_health_comes_first_within_72_hours_and_until_somebody_asked(told: bool | None) -> None:
    situation = Situation(needs=("VBG", "HUMAN"), age=30, violence_within_72_hours=told)
    first, *others = build_advice(situation, offers(), OPENING).suggestions
    assert (first.service, first.entity, first.urgent, first.mandatory) == ("VBG", "salud", True, False)
    assert "health-within-72-hours" in first.advice
    assert [(other.service, other.urgent) for other in others] == [
        ("VBG-PROT", False),
        ("VBG-PSI", False),
        ("HUMAN", False),
    ]


@pytest.mark.parametrize(
    ("seen", "need", "rule"), [("gender_violence", "VBG", "M2-ASK"), ("trafficking", "TRATA", "M2")]
)
def test_m2_what_the_agent_notes_is_suggested_but_not_imposed(seen: str, need: str, rule: str) -> None:
    suggestion = services_of(Situation(age=30, vulnerabilities=(seen,)))[need]
    assert (suggestion.need, suggestion.rule, suggestion.mandatory) == (need, rule, False)


@pytest.mark.parametrize("need", ["VBG", "TRATA"])
def test_m2_a_child_is_protected_too(need: str) -> None:
    found = services_of(Situation(needs=(need,), age=15, accompanied_by="parent"))
    assert found["NNA-PROT"].mandatory
    assert found[need].restricted


def test_m2_holds_even_if_the_migration_authority_offers_help() -> None:
    wider = OfferIndex([Offer("VBG", "VBG", ENFORCEMENT_ENTITY, 1), Offer("VBG", "VBG", "salud", 2)])
    (suggestion,) = build_advice(Situation(needs=("VBG", "VBG"), age=30), wider, OPENING).suggestions
    assert (suggestion.entity, suggestion.alternatives) == ("salud", ())


def test_m3_only_while_the_measure_is_in_force() -> None:
    situation = Situation(age=24, child_born_in_colombia_without_note=True)
    (suggestion,) = build_advice(situation, offers(), date(2024, 5, 2)).suggestions
    assert (suggestion.service, suggestion.need, suggestion.entity) == ("RC-APATRIDIA", "RC-APATRIDIA", "registraduria")
    (before,) = build_advice(situation, offers(), date(2019, 8, 19)).suggestions
    assert (before.service, before.entity, before.rule) == ("RC-NAC", "registraduria", "M3-NAC")
    after = build_advice(situation, offers(), date(2027, 8, 21))
    assert after.suggestions == ()
    assert [(notice.need, notice.rule) for notice in after.notices] == [("RC-APATRIDIA", "M3")]


def test_m4_a_service_without_documents_cannot_be_built_with_some() -> None:
    with pytest.raises(ValueError, match="HUMAN"):
        Offer("HUMAN", "HUMAN", "oim", documents=(AcceptedDocument("PA"),), documents_none=True)


@given(situations, days)
def test_m4_asks_for_nothing(situation: Situation, on: date) -> None:
    none = {service["code"] for service in load("services")["services"] if service["documents_none"]}
    asked = [
        s
        for s in build_advice(situation, offers(), on).suggestions
        if s.service in none and (s.papers_missing or s.accepted)
    ]
    assert asked == []


@pytest.mark.parametrize(
    ("situation", "way"),
    [
        (Situation(needs=("SALUD-AFIL",), age=30, nationality="VE"), "MIG-REG"),
        (Situation(needs=("SALUD-AFIL",), age=30, status="asylum_seeker"), "REFUGIO"),
        (Situation(needs=("SALUD-AFIL",), age=30, nationality="CO"), "ID-CO"),
        (Situation(needs=("SALUD-AFIL", "REFUGIO"), age=30), "REFUGIO"),
        (Situation(needs=("SALUD-AFIL", "ID-CO"), age=30, nationality="VE"), "MIG-REG"),
    ],
)
def test_m5_offers_emergency_care_and_a_way_to_papers(situation: Situation, way: str) -> None:
    found = services_of(situation)
    assert found["SALUD-AFIL"].papers_missing
    assert found["SALUD-URG"].rule == "M5"
    assert way in found


def test_m5_is_silent_with_a_document_valid_in_colombia() -> None:
    situation = Situation(needs=("SALUD-AFIL",), age=30, documents=(ShownDocument("CE", OPENING),))
    assert list(services_of(situation)) == ["SALUD-AFIL"]
    assert "SALUD-URG" in services_of(situation, OPENING + timedelta(days=1))


@pytest.mark.parametrize(
    ("need", "about", "entity"),
    [
        ("DDHH", "personeria", "defensoria"),
        ("DDHH", "defensoria", "personeria"),
        ("QUEJA-SP", "procuraduria", "personeria"),
        ("QUEJA-SP", "personeria", "procuraduria"),
    ],
)
def test_m6_goes_to_another_entity(need: str, about: str, entity: str) -> None:
    suggestion = services_of(Situation(needs=(need,), complained_of=about))[need]
    assert (suggestion.entity, suggestion.rule) == (entity, "M6")
    assert about not in suggestion.alternatives


def test_m6_without_another_entity_is_said() -> None:
    only = OfferIndex([Offer("DDHH", "DDHH", "personeria")])
    advice = build_advice(Situation(needs=("DDHH",), complained_of="personeria"), only, OPENING)
    assert advice.suggestions == ()
    assert [(notice.need, notice.rule) for notice in advice.notices] == [("DDHH", "M6")]


@given(situations, days, st.integers(0, 17), st.sampled_from(["alone", "other_adult"]))
def test_an_unaccompanied_child_is_always_protected(situation: Situation, on: date, age: int, company: str) -> None:
    child = Situation(
        needs=situation.needs,
        age=age,
        accompanied_by=company,
        documents=situation.documents,
        vulnerabilities=situation.vulnerabilities,
        complained_of=situation.complained_of,
    )
    first = build_advice(child, offers(), on).suggestions[0]
    assert (first.service, first.entity, first.mandatory, first.urgent) == ("NNA-PROT", "icbf", True, True)


@given(situations, days)
def test_only_child_protection_is_mandatory(situation: Situation, on: date) -> None:
    assert {s.service for s in build_advice(situation, offers(), on).suggestions if s.mandatory} <= {"NNA-PROT"}


@given(situations, days)
def test_no_complaint_reaches_the_one_complained_of(situation: Situation, on: date) -> None:
    for suggestion in build_advice(situation, offers(), on).suggestions:
        if suggestion.need in RIGHTS_NEEDS:
            assert situation.complained_of not in (suggestion.entity, *suggestion.alternatives)


@given(situations, days)
def test_a_victim_is_never_sent_to_the_migration_authority_unasked(situation: Situation, on: date) -> None:
    advice = build_advice(situation, offers(), on)
    if advice.restricted and not PERMIT_NEEDS & set(situation.needs):
        reached = {entity for s in advice.suggestions for entity in (s.entity, *s.alternatives)}
        assert ENFORCEMENT_ENTITY not in reached
    assert advice.restricted == any(s.restricted for s in advice.suggestions)
