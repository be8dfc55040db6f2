"""Families, corrections, forgotten needs, annulments and closed months in any order: the counts stay exact."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.intake.corrections.person_services import correct_person
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit, correct_visit
from attention_point.intake.draft import read_draft
from attention_point.intake.models import Visit
from attention_point.intake.services import record_family, record_visit
from attention_point.referrals.queries import list_decrypted_of_visit
from attention_point.referrals.services import Answer, answer_for_entity
from attention_point.statistics.releases.period_counts import list_differences as list_month_differences
from attention_point.tallies import services as tally_services
from attention_point.tallies.queries import list_differences
from tests.intake.corrections.test_counts import needs, recount_everything, undo, vulnerabilities, write_time
from tests.support.visits import AGENT, acting, consents, draft

MONTHS = (8, 9, 10)
numbers = st.integers(0, 30)
days = st.integers(0, 70)
births = st.sampled_from(("1980", "1980-05", "1980-05-01", "2010", "2010-07-02", None))
changes = st.fixed_dictionaries(
    {},
    optional={
        "needs": needs,
        "vulnerabilities": vulnerabilities,
        "attended_at": days.map(write_time),
        "household": st.fixed_dictionaries({"children": st.integers(0, 3)}),
        "family": st.sampled_from((None, "019a0000-0000-7000-8000-000000000001")),
        "guardian": st.sampled_from((None, {"name": "Rosa", "relation": "mother"})),
        "consents": st.booleans().map(lambda agrees: consents(("attention", agrees), ("referral:*", agrees))),
        "person": st.fixed_dictionaries(
            {}, optional={"birth_date": births, "sex": st.sampled_from(("F", "M")), "relation": st.just("sibling")}
        ),
    },
)
steps = st.one_of(
    st.tuples(st.just("family"), st.lists(st.tuples(st.integers(0, 3), births, needs), min_size=1, max_size=3), days),
    st.tuples(st.just("visit"), st.tuples(st.integers(0, 3), births, needs), days),
    st.tuples(st.just("correct"), numbers, changes),
    st.tuples(st.just("add"), numbers, needs),
    st.tuples(st.just("void"), numbers, st.none()),
    st.tuples(st.just("person"), numbers, births),
    st.tuples(st.just("answer"), numbers, st.none()),
    st.tuples(st.just("close"), st.sampled_from(MONTHS), st.none()),
)


def build_draft(member: tuple[int, str | None, list[str]], day: int, **more: Any) -> Any:
    who, birth_date, wanted = member
    person = {"given_names": "Ana", "sex": "F", "documents": [{"type": "PA", "number": f"90000000{who}"}]}
    person |= {"birth_date": birth_date} if birth_date else {}
    return read_draft(draft(attended_at=write_time(day), person=person, needs=wanted, **more))


def take_step(session: Session, kind: str, first: Any, second: Any) -> None:
    """One step; what is refused changes nothing, and is undone as the desk undoes it."""
    visits = list(session.scalars(select(Visit.id).order_by(Visit.id)))
    if kind == "close":
        tally_services.close_month(session, date(2017, first, 1))
    elif kind == "family":
        family = str(new_id())
        record_family(session, AGENT, [build_draft(member, second, family=family) for member in first])
    elif kind == "visit":
        record_visit(session, AGENT, build_draft(first, second))
    elif visits:
        change_visit(session, kind, visits[first % len(visits)], second)


def change_visit(session: Session, kind: str, visit: UUID, fields: Any) -> None:
    reason = str(new_id())
    if kind == "void":
        annul_visit(session, AGENT, visit, CorrectionRequest({}, reason))
    elif kind == "person":
        person = session.scalars(select(Visit.person_id).where(Visit.id == visit)).one()
        correct_person(session, AGENT, person, CorrectionRequest({"birth_date": fields}, reason))
    elif kind == "answer":
        for referral in list_decrypted_of_visit(session, visit)[:1]:
            answer = Answer("accepted", referral.version)
            answer_for_entity(session, acting("entity", referral.entity), referral.id, answer)
    else:
        correct_visit(session, AGENT, visit, CorrectionRequest({"needs": fields} if kind == "add" else fields, reason))


@given(st.lists(steps, min_size=4, max_size=14))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_are_those_of_a_recount(database: Database, taken: list[tuple[str, Any, Any]]) -> None:
    def take_all(session: Session) -> None:
        for kind, first, second in taken:
            with suppress(Invalid, Conflict), session.begin_nested():
                take_step(session, kind, first, second)
        assert list_differences(session, recount_everything(session)) == []
        for month in MONTHS:
            assert list_month_differences(session, date(2017, month, 1)) == []

    undo(database, take_all)
