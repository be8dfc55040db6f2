"""The one door, on both engines."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.settings import Settings
from attention_point.intake import queries
from attention_point.intake.draft import read_draft
from attention_point.intake.models import Visit
from attention_point.intake.pages.visit_slip import build_slips, read_slip_choices
from attention_point.intake.services import record_visit
from attention_point.people.models import Person, PersonTag, PossibleDuplicate
from attention_point.people.records import view_person
from attention_point.referrals.models import Referral
from attention_point.tallies.models import PendingTallies
from tests.support.directory import load_shipped
from tests.support.searching import ids, searched
from tests.support.visits import AGENT, consents, draft, person, recorded

TABLES = (Person, PersonTag, Visit, Referral, JournalEntry, PendingTallies)


def counts(session: Session) -> list[int]:
    """The rows of every table that a visit writes."""
    return [session.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES]


def test_a_visit_is_answered_as_the_contract_says(session: Session) -> None:
    answer = recorded(session)
    assert re.fullmatch(r"BGA-2017-\d{6}", answer["reference"])
    assert [suggestion["service"] for suggestion in answer["suggestions"]] == ["MIG-REG", "EMP-SENA"]
    assert [(referral["service"], referral["entity"], referral["state"]) for referral in answer["referrals"]] == [
        ("MIG-REG", "migracion-colombia", "created"),
        ("EMP-SENA", "sena", "created"),
    ]
    assert all(suggestion["reason"] for suggestion in answer["suggestions"])
    assert answer["warnings"] == []


def test_the_same_draft_again_stores_nothing_and_answers_the_same(session: Session) -> None:
    load_shipped(session)
    made = read_draft(draft())
    first = record_visit(session, AGENT, made)
    before = counts(session)
    again = record_visit(session, AGENT, made)
    assert (first.created, again.created) == (True, False)
    assert again.response == first.response
    assert counts(session) == before


def test_another_draft_under_the_same_id_is_refused(session: Session) -> None:
    load_shipped(session)
    made = draft()
    record_visit(session, AGENT, read_draft(made))
    with pytest.raises(Conflict):
        record_visit(session, AGENT, read_draft({**made, "notes": "another"}))


def test_fifty_at_once_make_one_row(database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
    made, start = read_draft(draft()), threading.Barrier(8)

    def send(_number: int) -> tuple[bool, Any]:
        if _number < 8:
            start.wait(60)
        with database.write_session() as session:
            receipt = record_visit(session, AGENT, made)
            return receipt.created, receipt.response

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(send, range(50)))
    assert sum(first for first, _answer in results) == 1
    assert all(answer == results[0][1] for _first, answer in results)
    with database.read_session() as session:
        assert session.execute(select(func.count()).select_from(Visit)).scalar_one() == 1


def test_references_are_of_the_year_of_the_attention(session: Session) -> None:
    references = [
        recorded(session, attended_at=f"{year}-08-09T09:00:00-05:00")["reference"] for year in (2017, 2018, 2017)
    ]
    assert [reference[:9] for reference in references] == ["BGA-2017-", "BGA-2018-", "BGA-2017-"]
    assert len(set(references)) == 3


def test_someone_without_a_name_or_papers_is_received(session: Session) -> None:
    load_shipped(session)
    bare = {name: value for name, value in draft().items() if name in {"id", "point", "attended_at", "needs"}}
    answer = record_visit(session, AGENT, read_draft(bare)).response
    assert answer["suggestions"]
    assert answer["referrals"] == []  # no consent was given


def test_consent_decides_which_referrals_are_made(session: Session) -> None:
    answer = recorded(session, consents=consents(("referral:sena", True)))
    assert [referral["service"] for referral in answer["referrals"]] == ["EMP-SENA"]
    answer = recorded(session, consents=consents(("referral:*", True), ("referral:sena", False)))
    assert [referral["service"] for referral in answer["referrals"]] == ["MIG-REG"]


def test_refer_narrows_and_may_add(session: Session) -> None:
    answer = recorded(session, refer=["MIG-REG"])
    assert [referral["service"] for referral in answer["referrals"]] == ["MIG-REG"]
    answer = recorded(session, refer=["MIG-REG", "SALUD-URG"])
    assert [referral["service"] for referral in answer["referrals"]] == ["MIG-REG", "SALUD-URG"]


ALONE = {"person": person(birth_date="2005-01-01"), "household": {"accompanied_by": "alone"}}


def test_a_child_alone_is_referred_whatever_was_consented(session: Session) -> None:
    refused = consents(("attention", False), ("referral:*", False))
    answer = recorded(session, **ALONE, consents=refused, refer=[])
    assert [(referral["service"], referral["entity"]) for referral in answer["referrals"]] == [("NNA-PROT", "icbf")]
    assert (answer["suggestions"][0]["mandatory"], answer["suggestions"][0]["urgent"]) == (True, True)


def test_a_mandatory_path_is_declined_only_with_a_reason(session: Session) -> None:
    with pytest.raises(Invalid) as refusal:
        recorded(session, **ALONE, declined=[{"service": "NNA-PROT"}])
    assert [error.field for error in refusal.value.field_errors] == ["declined.0.reason"]
    answer = recorded(session, **ALONE, declined=[{"service": "NNA-PROT", "reason": "The mother is at the door."}])
    assert "NNA-PROT" not in [referral["service"] for referral in answer["referrals"]]


def test_who_refuses_to_be_on_file_is_received_without_a_name(session: Session) -> None:
    answer = recorded(session, consents=consents(("attention", False)))
    visit = session.execute(select(Visit)).scalar_one()
    record = view_person(session, AGENT, visit.person_id, "page").record
    assert answer["reference"]
    assert not {"given_names", "surname_1", "surname_2", "documents", "phone"} & set(record)
    assert record["sex"] == "F"
    kinds = session.execute(select(func.count()).select_from(PersonTag)).scalar_one()
    assert kinds == 0


def test_a_returning_person_is_found_by_the_document(session: Session) -> None:
    known = person()
    recorded(session, person=known)
    recorded(session, person={**known, "phone": "+57 301 0000000"}, attended_at="2017-08-10T08:30:00-05:00")
    (row,) = session.execute(select(Person)).scalars()
    record = view_person(session, AGENT, row.id, "page").record
    assert record["phone"] == "+573010000000"
    assert len(record["documents"]) == 1


def test_the_same_document_on_somebody_else_is_flagged_and_not_merged(session: Session) -> None:
    known = person()
    recorded(session, person=known)
    answer = recorded(session, person={**known, "given_names": "Luis", "surname_1": "Gil", "birth_date": "1970-01-01"})
    assert [warning["field"] for warning in answer["warnings"]] == ["person.documents"]
    assert session.execute(select(func.count()).select_from(Person)).scalar_one() == 2
    assert session.execute(select(func.count()).select_from(PossibleDuplicate)).scalar_one() == 1


def test_an_agent_may_say_who_it_is(session: Session) -> None:
    recorded(session)
    (row,) = session.execute(select(Person)).scalars()
    recorded(session, person={"id": str(row.id), "phone": "+57 302 1111111"})
    assert session.execute(select(func.count()).select_from(Person)).scalar_one() == 1
    with pytest.raises(NotFound):
        recorded(session, person={"id": str(new_id())})


def test_a_child_on_file_is_protected_though_the_birth_date_is_not_said_again(session: Session) -> None:
    recorded(session, person=person(birth_date="2005-01-01"), household={"accompanied_by": "parent"})
    (row,) = session.execute(select(Person)).scalars()
    answer = recorded(session, person={"id": str(row.id)}, household={"accompanied_by": "alone"})
    assert [suggestion["service"] for suggestion in answer["suggestions"] if suggestion["mandatory"]] == ["NNA-PROT"]
    assert "NNA-PROT" in [referral["service"] for referral in answer["referrals"]]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("point", {"point": "cucuta"}),
        ("needs.1", {"needs": ["MIG-REG", "NOT-THERE"]}),
        ("refer.0", {"refer": ["NOT-THERE"]}),
        ("facts.complained_of", {"facts": {"complained_of": "nobody"}}),
        ("consents.0.purpose", {"consents": consents(("referral:nobody", True))}),
        ("entities.MIG-REG", {"entities": {"MIG-REG": "sena"}}),
        (
            "consents.0.text_version",
            {"consents": [{"purpose": "attention", "granted": True, "text_version": "1999"}]},
        ),
    ],
)
def test_codes_that_the_directory_lacks_are_named(session: Session, field: str, changes: dict[str, Any]) -> None:
    load_shipped(session)
    before = counts(session)
    with pytest.raises(Invalid) as refusal:
        recorded(session, **changes)
    assert field in [error.field for error in refusal.value.field_errors]
    assert counts(session) == before


def test_a_doubtful_document_is_a_warning_not_a_wall(session: Session) -> None:
    answer = recorded(session, person=person(documents=[{"type": "CC", "number": "12345678901"}]))
    assert [warning["field"] for warning in answer["warnings"]] == ["person.documents.0.number"]


def test_a_child_for_whom_a_program_asks_is_not_forgotten(session: Session, settings: Settings) -> None:
    # No agent decided: the receipt says that nobody was referred, and the paper has the telephone of child protection.
    answer = recorded(session, needs=["NNA-PROT"])
    assert answer["referrals"] == []
    assert [warning["field"] for warning in answer["warnings"]] == ["needs"]
    visit = queries.find_visit(session, UUID(answer["id"]))
    assert visit
    (slip,) = build_slips(session, settings, [visit], read_slip_choices({}, visit))
    assert [line for line in slip.emergency_lines if "141" in line]
    for settled in ({"refer": ["NNA-PROT"]}, {"declined": [{"service": "NNA-PROT", "reason": "Called 141"}]}):
        assert recorded(session, needs=["NNA-PROT"], **settled)["warnings"] == []


def test_a_failure_midway_leaves_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write_session() as session:
        load_shipped(session)
    with database.read_session() as session:
        before = counts(session)
    monkeypatch.setattr("attention_point.tallies.services.add_to_tallies", lambda *_all: 1 / 0)
    with pytest.raises(ZeroDivisionError), database.write_session() as session:
        record_visit(session, AGENT, read_draft(draft()))
    with database.read_session() as session:
        assert counts(session) == before


def test_a_reading_of_a_person_and_a_search_are_in_the_journal(session: Session) -> None:
    recorded(session, person=person(documents=[{"type": "DE", "number": "V-12.345.678"}]))
    assert len(ids(searched(session, "DE 12345678"))) == 1
    actions = list(session.execute(select(JournalEntry.action).order_by(JournalEntry.seq)).scalars())
    assert actions[-2:] == ["visit.record", "people.search"]


def test_a_violent_past_stays_out_of_ordinary_sight(session: Session) -> None:
    answer = recorded(session, needs=["VBG", "EMP-SENA"])
    assert "migracion-colombia" not in {suggestion["entity"] for suggestion in answer["suggestions"]}
    visit = queries.find_visit(session, read_draft(draft(id=answer["id"])).id)
    assert visit is not None
    assert visit.restricted
