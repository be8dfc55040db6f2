"""A restricted visit's reference and its slip's code tell nothing to those who may not see it."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.intake.models import Visit
from attention_point.intake.queries import reveal_slip_code
from tests.support.searching import ids, searched
from tests.support.visits import acting, person, recorded


@pytest.mark.parametrize(("role", "is_found"), [("agent", False), ("supervisor", True)])
def test_only_a_supervisor_finds_by_them(session: Session, role: str, is_found: bool) -> None:
    answer = recorded(session, needs=["VBG"])
    visit = session.get_one(Visit, UUID(answer["id"]))
    reader = acting(role)
    code = reveal_slip_code(session, visit)
    for typed in (visit.reference, code, f"https://point.example.org/portal/slips/{code}"):
        result = searched(session, typed, reader)
        assert (ids(result) == [visit.person_id]) is is_found, typed
        missing = searched(session, typed[:-1] + ("2" if typed[-1] != "2" else "3"), reader)
        if not is_found:  # as one that does not exist
            assert (result.people, result.more, result.unasked) == (missing.people, missing.more, missing.unasked)
    assert session.scalars(select(Visit.id)).all() == [visit.id]


def test_a_service_of_violence_named_as_a_need_hides_the_visit(session: Session) -> None:
    answer = recorded(session, needs=["VBG-PROT", "EMP-SENA"])
    visit = session.get_one(Visit, UUID(answer["id"]))
    assert ids(searched(session, visit.reference, acting("agent"))) == []


def test_a_name_of_as_many_letters_as_a_code_is_told_of_no_number(session: Session) -> None:
    recorded(session, person=person(given_names="Johanna", surname_1="Belásquez"))
    result = searched(session, "Belasquez Johanna", acting("agent"))
    assert len(result.people) == 1
    assert result.unasked == ()
