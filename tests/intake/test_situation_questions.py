"""The facts that decide the route: what is asked when, what is kept, and for whom protection is asked."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from attention_point.foundation.codelists import get_code_list
from attention_point.intake.draft import read_draft
from attention_point.intake.draft_types.answers import is_kind_complained_of
from attention_point.intake.draft_types.parts import SituationFacts
from attention_point.intake.form.facts_summary import FACT_LABELS
from attention_point.intake.form.situation_questions import (
    FOLDED_FACTS,
    SituationFields,
    invert_questions,
    read_facts,
)
from attention_point.intake.form.typed_values import format_typed_date, read_partial_date
from tests.intake.desk import RECORD, Fields, checked, decided, filled, posted, sent, text
from tests.intake.test_desk_family import decide_everything, family_fields, record_family, row, visits
from tests.support.pages import Element, PageClient, read
from tests.support.visits import draft, person

ANSWERS: Fields = {
    "needs": ["MIG-REG", "DDHH"],
    "arrived_on": ["03/2022"],
    "entry_stamped": ["no"],
    "child_with_permit": ["yes"],
    "registered_in": ["RUMV"],
    "complained_of": ["police"],
    "measure_notified_on": ["01/02/2023"],
    "violence_within_72_hours": ["y"],
    "conflict_victim": ["y"],
    "in_transit": ["y"],
    "death_in_family": ["y"],
    "live_birth_certificate": ["y"],
}
FACTS: dict[str, Any] = {
    "arrived_on": "2022-03",
    "entry_stamped": False,
    "child_with_permit": True,
    "registered_in": "RUMV",
    "complained_of": "police",
    "measure_notified_on": "2023-02-01",
    **dict.fromkeys(
        (
            *("violence_within_72_hours", "conflict_victim", "in_transit", "death_in_family"),
            *("live_birth_certificate", "child_born_in_colombia_without_note"),
        ),
        True,
    ),
}


def test_every_fact_of_a_draft_is_asked_at_the_desk(app: Flask) -> None:
    assert set(FACT_LABELS) == set(SituationFacts.model_fields)
    with app.test_request_context():
        assert set(FACT_LABELS) <= set(SituationFields(formdata=None)._fields)


def test_what_is_answered_is_kept_and_comes_back_to_be_corrected(app: Flask, agent: PageClient) -> None:
    page = checked(agent, **ANSWERS)
    for words in ("marzo de 2022", "Policía", "1 de febrero de 2023", "RUMV", "Víctima del conflicto armado"):
        assert words in text(page)
    agent.post(RECORD, data=decided(page))
    (visit,) = visits(app)
    assert visit.record["facts"] == FACTS
    address = f"/visits/{visit.id}/correct"
    fields = sent(agent.get(address), address)
    assert {name: fields[name] for name in ("arrived_on", "entry_stamped", "measure_notified_on")} == {
        name: ANSWERS[name] for name in ("arrived_on", "entry_stamped", "measure_notified_on")
    }
    # Sent as it was shown, nothing of the facts is corrected; what is emptied is gone.
    changed = {**fields, "entry_stamped": [""], "in_transit": [], "reason": ["typing-error"]}
    reply = agent.post(address, data=changed)
    assert reply.status_code == 303
    if "kept=" in reply.headers["Location"]:  # decisions on services that the correction suggests anew
        again = sent(agent.get(reply.headers["Location"]), address)
        again |= {f"decision-{service}": ["decline"] for service in again.get("shown", [])}
        assert agent.post(address, data=again).status_code == 303
    (visit,) = visits(app)
    kept = {name: value for name, value in FACTS.items() if name not in {"entry_stamped", "in_transit"}}
    assert visit.record["facts"] == kept


@pytest.mark.parametrize(
    ("name", "typed"), [("arrived_on", "31/13/2022"), ("arrived_on", "2099"), ("measure_notified_on", "ayer")]
)
def test_a_wrong_date_stands_beside_its_field(agent: PageClient, name: str, typed: str) -> None:
    page = posted(agent, "/visits/check", filled(agent, **{name: [typed]}))
    (box,) = [element for element in read(text(page)) if element.get("name") == name]
    assert box.get("aria-invalid") == "true"
    assert box.get("value") == typed


def _find_condition(page: str, name: str) -> str:
    box: Element = next(element for element in read(page) if element.get("name") == name)
    around: Element | None = box
    while around is not None and "data-show-when" not in around.attributes:
        around = around.holder
    assert around is not None
    return around.get("data-show-when")


def test_a_question_is_asked_only_where_a_need_makes_it_matter(agent: PageClient) -> None:
    page = text(agent.get("/visits/new", follow_redirects=True))
    (asks,) = [element.get("data-asks") for element in read(page) if "data-asks" in element.attributes]
    needs_by_fact = {name: needs.split("|") for name, needs in (part.split("=") for part in asks.split(";"))}
    assert set(needs_by_fact) == set(FOLDED_FACTS)  # each of them decides something for some need
    assert "NNA-PROT" in needs_by_fact["conflict_victim"]
    assert "HUMAN" in needs_by_fact["death_in_family"]
    assert not any("EDU" in needs for needs in needs_by_fact.values())
    for name in ("arrived_on", "entry_stamped"):
        needs = _find_condition(page, name).removeprefix("needs=").split("|")
        assert "MIG-REG" in needs
        assert "EDU" not in needs
    assert "DDHH" in _find_condition(page, "complained_of")


def test_a_visit_of_another_day_is_asked_what_decided_then(agent: PageClient) -> None:
    # The window of the PEP-Tutor was open, which is for whoever has a child with a permit.
    backdated: Fields = {"needs": ["MIG-REG"], "attended_on": ["01/10/2025"]}
    form = agent.post("/visits/check", data=filled(agent, **backdated), follow_redirects=True)
    assert not form.request.path.endswith("/check")  # led back once, to be asked
    assert "Se pregunta lo que decidía el 01/10/2025" in text(form)
    assert "MIG-REG" in _find_condition(text(form), "child_with_permit")
    fields = sent(form, "/visits/check")
    check_page = posted(agent, "/visits/check", {**fields, "child_with_permit": ["yes"]})
    assert check_page.request.path.endswith("/check")
    assert "PEP-Tutor" in text(check_page)
    # Of another day on which nothing else decided, nothing is asked again; a need of today stays chosen.
    page = checked(agent, needs=["INTEGRATE"], attended_on=["01/03/2017"])
    assert "INTEGRATE" in sent(agent.get(page.request.path.removesuffix("/check")), "/visits/check")["needs"]


@given(st.dictionaries(st.sampled_from("ABC"), st.lists(st.sampled_from(sorted(FACT_LABELS)), unique=True)))
def test_the_questions_of_needs_are_the_needs_of_questions(facts_by_need: dict[str, list[str]]) -> None:
    needs_by_fact = invert_questions(facts_by_need)
    pairs = {(need, fact) for need, facts in facts_by_need.items() for fact in facts}
    assert pairs == {(need, fact) for fact, needs in needs_by_fact.items() for need in needs}


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2030, 1, 1)), st.sampled_from([4, 7, 10]))
def test_a_part_of_a_date_is_typed_and_read_alike(day: date, length: int) -> None:
    stored = day.isoformat()[:length]
    assert read_partial_date(format_typed_date(stored)) == stored


def test_silence_about_facts_is_kept_as_silence(app: Flask) -> None:
    with app.test_request_context():
        assert read_facts(SituationFields(MultiDict())) == {}


def test_each_kind_of_addressee_of_a_complaint_has_words() -> None:
    for kind in ("police", "eps", "hospital", "school", "employer", "landlord"):
        assert is_kind_complained_of(kind)
        assert read_draft(draft(facts={"complained_of": kind}, person=person())).facts.complained_of == kind
    assert not is_kind_complained_of("sena")
    assert len(list(get_code_list("complained_of_kinds"))) == 6


def test_who_came_together_entered_together_unless_the_row_says_otherwise(app: Flask, agent: PageClient) -> None:
    record_family(
        agent,
        row(0, birth_date="7"),
        row(1, given_names="Ana", birth_date="9", arrived_on="2020", entry_stamped="yes"),
        row(2, given_names="Eva", birth_date="0", live_birth_certificate="y"),
        row(3, kin="partner", given_names="Luis", birth_date="40", attention="yes"),
        arrived_on=["2018"],
        child_with_permit=["yes"],
        measure_notified_on=["02/01/2024"],
    )
    facts = [visit.record["facts"] for visit in visits(app)]
    assert facts[1] == {"arrived_on": "2018", "child_born_in_colombia_without_note": False}
    assert (facts[2]["arrived_on"], facts[2]["entry_stamped"]) == ("2020", True)
    assert facts[3] == {"live_birth_certificate": True, "child_born_in_colombia_without_note": False}
    assert facts[4]["child_with_permit"] is True
    assert "measure_notified_on" not in facts[4]


def test_an_adult_who_asks_for_child_protection_is_asked_for_the_child(app: Flask, agent: PageClient) -> None:
    page = checked(agent, **family_fields(needs=["NNA-PROT"]))
    assert "La protección es para la niña, el niño o adolescente" in text(page)
    assert 'value="edit#companions"' in text(page)
    # It must be decided: a visit saved without the child would forget her.
    assert sent(page, RECORD)["suggested-0"] == ["NNA-PROT"]
    page = checked(agent, **family_fields(row(0, birth_date="7", same_needs=""), needs=["NNA-PROT"]))
    assert "La protección es para" not in text(page)
    assert sent(page, RECORD)["suggested-1"] == ["NNA-PROT"]
    agent.post(RECORD, data=decide_everything(page))
    assert [visit.record["needs"] for visit in visits(app)] == [["NNA-PROT"], ["NNA-PROT"]]


@pytest.mark.parametrize(
    ("kin", "sentence"),
    [("relative", "Nadie se lo lleva"), ("sister", "Nadie se lo lleva"), ("other", "es inmediata, con o sin papeles")],
)
def test_with_a_relative_the_card_speaks_of_verification(agent: PageClient, kin: str, sentence: str) -> None:
    # The adult fills in the form; the child came with her as a grandchild, a sister, or a stranger's child.
    page = checked(agent, **family_fields(row(0, kin=kin, birth_date="9"), needs=["EDU"], birth_date=["60"]))
    assert "NNA-PROT" in sent(page, RECORD)["suggested-1"]
    assert sentence in text(page)
