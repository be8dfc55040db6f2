"""What is kept, shown and studied follows from what the person allowed; silence allows nothing (DOMAIN R1 to R5)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.database import Database
from attention_point.foundation.language import gettext, in_language
from attention_point.intake import queries
from attention_point.intake.consents import consent_rules
from attention_point.intake.draft import read_draft
from attention_point.intake.models import Visit
from attention_point.intake.records.research_records import list_consented_visits
from attention_point.intake.services import record_visit
from attention_point.people.models import PersonTag
from attention_point.people.records import view_person
from tests.support.counts import read_cells
from tests.support.directory import load_shipped
from tests.support.visits import AGENT, consents, draft, person, recorded

IDENTITY = {"given_names", "surname_1", "surname_2", "documents", "phone", "phone_safe"}
ALONE = {"person": person(birth_date="2005-01-01"), "household": {"accompanied_by": "alone"}}


def record_of(session: Session, answer: Any) -> dict[str, Any]:
    """The person's record of a recorded visit."""
    visit = queries.find_visit(session, read_draft(draft(id=answer["id"])).id)
    assert visit is not None
    return view_person(session, AGENT, visit.person_id, "page").record


def visit_record(session: Session, answer: Any) -> Any:
    """The sealed record of a visit."""
    visit = queries.find_visit(session, read_draft(draft(id=answer["id"])).id)
    assert visit is not None
    return visit.record


@pytest.mark.parametrize(
    ("said", "warning"), [((), consent_rules.UNANSWERED), ((("attention", False),), consent_rules.REFUSED)]
)
def test_without_a_yes_nothing_that_identifies_is_kept(session: Session, said: Any, warning: str) -> None:
    answer = recorded(session, consents=consents(*said, ("referral:*", True)))
    record = record_of(session, answer)
    assert not IDENTITY & set(record)
    assert record["sex"] == "F"
    assert session.execute(select(func.count()).select_from(PersonTag)).scalar_one() == 0
    assert {"field": "consents", "message": gettext(warning)} in answer["warnings"]
    assert visit_record(session, answer)["legal_basis"] == {"identity": "not_kept", "figures": "public_function"}


def test_somebody_who_gave_no_name_is_not_warned_about(session: Session) -> None:
    answer = recorded(session, person={"sex": "F"}, consents=[])
    assert answer["warnings"] == []


def test_a_child_who_is_protected_is_kept_without_any_answer(session: Session) -> None:
    answer = recorded(session, **ALONE, consents=[])
    assert record_of(session, answer)["given_names"] == "Yohana Patricia"
    assert visit_record(session, answer)["legal_basis"]["identity"] == "child_protection"
    assert answer["warnings"] == []


def come_again(session: Session, first: Any, said: Any, day: str = "2017-08-10") -> Any:
    """The same person, whom an agent chose, at a later visit with another name, telephone and municipality."""
    visit = queries.find_visit(session, read_draft(draft(id=first["id"])).id)
    assert visit is not None
    stated = person(given_names="Otra", phone="+57 301 7654321", municipality="68276", id=str(visit.person_id))
    return recorded(session, person=stated, consents=said, attended_at=f"{day}T09:00:00-05:00")


def test_a_chosen_person_stays_on_file_and_nothing_is_added(session: Session) -> None:
    # A child was kept without any answer; as the guardian says nothing now, nothing more is kept.
    first = recorded(session, **ALONE, consents=[])
    before = record_of(session, first)
    second = come_again(session, first, [])
    after = record_of(session, second)
    assert {name: after.get(name) for name in IDENTITY} == {name: before.get(name) for name in IDENTITY}
    assert after["municipality"] == "68276"
    assert visit_record(session, second)["legal_basis"]["identity"] == "on_file"
    assert {"field": "consents", "message": gettext(consent_rules.NOT_ADDED)} in second["warnings"]


def test_each_answer_is_kept_with_the_words_and_the_language_in_which_it_was_read(session: Session) -> None:
    said = [{"purpose": "attention", "granted": True, "text_version": "2026-11", "language": "en"}]
    answer = recorded(session, consents=said)
    text = directory_queries.find_consent_text_version(session, "2026-11")
    assert text is not None
    assert visit_record(session, answer)["consents"] == [{**said[0], "text_digest": text.digest}]


def test_an_answer_about_statistics_has_no_effect(session: Session) -> None:
    load_shipped(session)
    for granted in (True, False):
        made = draft(consents=consents(("attention", True), ("statistics", granted)))
        assert record_visit(session, AGENT, read_draft(made)).response["warnings"] == []
    assert sum(count for key, count in read_cells(session).items() if key[2] == "attentions-by-day") == 2


def test_the_kinds_of_documents_count_where_their_numbers_are_not_kept(session: Session) -> None:
    answer = recorded(session, consents=[])
    assert visit_record(session, answer)["counted"]["documents"] == ["PA"]


@pytest.mark.parametrize(
    ("earlier", "said", "day", "basis"),
    [
        ((("attention", True),), (), "2017-08-10", "earlier_consent"),
        # A no of today counts, and so does the last of several answers.
        ((("attention", True),), (("attention", False),), "2017-08-10", "on_file"),
        # Under another text the purposes may be others: the person is asked again.
        ((("attention", True),), (), "2026-11-20", "on_file"),
    ],
)
def test_an_earlier_yes_stands_under_the_same_text(
    session: Session, earlier: Any, said: Any, day: str, basis: str
) -> None:
    first = recorded(session, consents=consents(*earlier))
    second = come_again(session, first, consents(*said), day)
    assert visit_record(session, second)["legal_basis"]["identity"] == basis
    assert (record_of(session, second)["given_names"] == "Otra") is (basis == "earlier_consent")


def test_a_yes_that_was_taken_back_stands_no_more(session: Session) -> None:
    first = recorded(session, consents=consents(("attention", True)))
    come_again(session, first, consents(("attention", False)))
    third = come_again(session, first, [], "2017-08-11")
    assert visit_record(session, third)["legal_basis"]["identity"] == "on_file"


@pytest.mark.parametrize(("born", "guardian", "listed"), [("1991-03-17", None, 1), ("2005-03-17", None, 0)])
def test_a_child_is_in_no_study_by_its_own_yes(session: Session, born: str, guardian: Any, listed: int) -> None:
    said = consents(("attention", True), ("research", True))
    answer = recorded(session, person=person(birth_date=born), household={"accompanied_by": "parent"}, consents=said)
    day = queries.find_visit(session, read_draft(draft(id=answer["id"])).id).day  # type: ignore[union-attr]
    assert len(list(list_consented_visits(session, "research", day, day))) == listed
    is_warned = {"field": "consents", "message": gettext(consent_rules.RESEARCH_OFF)} in answer["warnings"]
    assert is_warned is (listed == 0)


@pytest.mark.parametrize(
    ("age", "guardian", "allowed"),
    [(17, None, False), (17, {"name": "Rosa"}, True), (18, None, True), (0, {}, False), (None, None, True)],
)
def test_studies_of_a_minor_need_the_guardian(age: int | None, guardian: Any, allowed: bool) -> None:
    assert consent_rules.allows_research(age, guardian) is allowed


answers = st.sampled_from((None, True, False))


@given(attention=answers, contact=answers, child=st.booleans(), referral=answers)
@settings(max_examples=24, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_identity_is_kept_exactly_with_a_yes_or_for_a_child_in_danger(
    database: Database, attention: bool | None, contact: bool | None, child: bool, referral: bool | None
) -> None:
    given_answers = {"attention": attention, "contact": contact, "referral:*": referral}
    said = consents(*((purpose, answer) for purpose, answer in given_answers.items() if answer is not None))
    with database.write_session() as session:
        answer = recorded(session, **(ALONE if child else {}), consents=said)
        is_kept = bool(IDENTITY & set(record_of(session, answer)))
        assert is_kept is (attention is True or child)
        # Whoever is not kept is told so, and only then.
        assert any(warning["field"] == "consents" for warning in answer["warnings"]) is not is_kept


def test_the_words_of_the_warnings_are_those_of_the_desk(session: Session) -> None:
    with in_language("es"):
        answer = recorded(session, consents=[])
    assert [warning["message"] for warning in answer["warnings"]] == [
        "Falta preguntar si autoriza guardar sus datos. Sin esa autorización no se guardan el nombre, los documentos "
        "ni el teléfono. Pregúntele a la persona."
    ]
    assert session.execute(select(func.count()).select_from(Visit)).scalar_one() == 1


def test_every_legal_basis_has_words() -> None:
    codes = {entry.code for entry in get_code_list("legal_bases")}
    assert codes == {
        consent_rules.CONSENT,
        consent_rules.EARLIER_CONSENT,
        consent_rules.CHILD_PROTECTION,
        consent_rules.ON_FILE,
        consent_rules.NOT_KEPT,
        consent_rules.PUBLIC_FUNCTION,
    }
