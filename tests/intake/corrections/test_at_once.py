"""Corrections and registrations at the same moment: none waits for ever, none is lost, and the counts stay exact."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import product
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from attention_point.directory.queries import list_offers
from attention_point.foundation import clock
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Conflict
from attention_point.intake.corrections.person_services import correct_person
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit, correct_visit
from attention_point.intake.draft import read_draft
from attention_point.intake.duplicates import joining
from attention_point.intake.models import Visit
from attention_point.intake.queries import get_visible_visit
from attention_point.intake.services import record_family, record_visit
from attention_point.people import records
from attention_point.people import services as people_services
from attention_point.people.duplicates import pairs
from attention_point.people.duplicates.decisions import Judgement
from attention_point.people.erasure.services import erase_person
from attention_point.portal.services import forward_referral
from attention_point.referrals.answers.forwarding import IN_PERSON, Forwarding
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.models import Referral
from attention_point.referrals.queries import list_decrypted_of_visit
from attention_point.referrals.rules import OPEN_STATES
from attention_point.referrals.services import Answer, answer_for_entity
from attention_point.rights.requests.carrying_out import carry_out
from attention_point.rights.requests.stored_requests import StoredRequest
from attention_point.statistics.releases.period_counts import recount_all_visits
from attention_point.tallies.queries import list_differences
from tests.support.directory import load_shipped
from tests.support.visits import AGENT, acting, draft, person

ROUNDS = 15
Work = Callable[[Session], Any]


@pytest.fixture
def desk(database: Database) -> Database:
    with database.write_session() as session:
        load_shipped(session)
    return database


def do_at_once(database: Database, *works: Work) -> None:
    """Do each work in a transaction and thread of its own, all begun at the same moment; raise what any raised."""
    barrier = Barrier(len(works))

    def run(work: Work) -> None:
        barrier.wait(60)
        with database.write_session() as session:
            work(session)

    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(run, work) for work in works]:
            future.result(60)


def record(database: Database, **changes: Any) -> tuple[UUID, UUID]:
    """Record a visit, and return its id and that of its person."""
    with database.write_session() as session:
        visit = UUID(record_visit(session, AGENT, read_draft(draft(**changes))).response["id"])
        return visit, session.scalars(select(Visit.person_id).where(Visit.id == visit)).one()


def check_counts(database: Database) -> None:
    with database.read_session() as session:
        assert list_differences(session, recount_all_visits(session, iter)) == []


def correcting(visit: UUID, fields: dict[str, Any], reason: str) -> Work:
    return partial(correct_visit, actor=AGENT, visit_id=visit, request=CorrectionRequest(fields, reason))


def correcting_person(person_id: UUID, fields: dict[str, Any], reason: str) -> Work:
    return partial(correct_person, actor=AGENT, person_id=person_id, request=CorrectionRequest(fields, reason))


def annulling(visit: UUID) -> Work:
    return partial(annul_visit, actor=AGENT, visit_id=visit, request=CorrectionRequest({}, "twice"))


def recording(**changes: Any) -> Work:
    return partial(record_visit, actor=AGENT, draft=read_draft(draft(**changes)))


def do_while_waiting(database: Database, first: Work, second: Work) -> None:
    """Do the second work in a thread of its own, begun while the first one holds its locks, and wait for both."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")

    def do_second() -> None:
        with database.write_session() as session:
            second(session)

    with ThreadPoolExecutor(1) as pool:
        with database.write_session() as session:
            first(session)
            done = pool.submit(do_second)
            while not session.scalar(waiting):
                assert not done.done()
        done.result(60)


def test_a_correction_and_a_registration_of_the_same_person(desk: Database) -> None:
    who = person()
    visit, person_id = record(desk, person=who)
    for number in range(ROUNDS):
        do_at_once(
            desk,
            recording(person={**who, "phone": f"+57300555{number:04d}"}, needs=["EDU"]),
            correcting(visit, {"person": {"education": number % 5 + 1}}, f"reason {number}"),
            correcting_person(person_id, {"municipality": ("05001", "68001")[number % 2]}, f"reason {number}"),
        )
        with desk.read_session() as session:
            on_file = records.open_chosen_person(session, person_id).record
        assert on_file["education"] == number % 5 + 1
        assert on_file["phone"].endswith(f"{number:04d}")
    check_counts(desk)


def test_corrections_of_two_visits_of_the_same_person(desk: Database) -> None:
    who = person()
    for number in range(ROUNDS):
        first, person_id = record(desk, person=who, needs=["MIG-REG", "EMP-SENA"])
        second, _person = record(desk, person=who, needs=["EMP-SENA", "EDU"])
        correction = correcting(first, {"needs": ["SALUD-URG"]}, "other need")
        birth_year = correcting_person(person_id, {"birth_date": f"19{70 + number}"}, "other year")
        do_at_once(desk, correction, correction, annulling(second), birth_year)
        with desk.read_session() as session:
            history = get_visible_visit(session, AGENT, first).record["history"]
            assert [entry["reason"] for entry in history].count("other need") == 1
            assert get_visible_visit(session, AGENT, second).is_void
    check_counts(desk)


def test_a_correction_and_an_answer_to_its_referrals(desk: Database) -> None:
    who = person()
    for number in range(ROUNDS):
        visit, person_id = record(desk, person=who, needs=["EMP-SENA", "EDU"])
        with desk.read_session() as session:
            referral = min(list_decrypted_of_visit(session, visit), key=lambda referral: referral.id)

        def answer(session: Session, referral: DecryptedReferral = referral) -> None:
            entity, accepted = acting("entity", referral.entity), Answer("accepted", referral.version)
            with suppress(Conflict):  # whoever corrected before it may have withdrawn it
                answer_for_entity(session, entity, referral.id, accepted)

        fields = {"person": {"education": 1 + number % 5}, "needs": ["EDU"]}
        change = annulling(visit) if number % 2 else correcting(visit, fields, "other need")
        birth_year = correcting_person(person_id, {"birth_date": f"20{10 + number % 7}"}, f"other year {number}")
        do_at_once(desk, answer, change, birth_year)
    check_counts(desk)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_an_entity_does_at_the_last_moment_ends_with_the_rest(desk: Database) -> None:
    def answer(session: Session) -> None:
        answer_for_entity(session, acting("entity", "sena"), referral, Answer("accepted", 1))

    def forward(session: Session) -> None:
        target = next(offer for offer in list_offers(session) if offer.entity == "imebu" and not offer.restricted)
        onward = Forwarding(target.service, "imebu", IN_PERSON, 1)
        forward_referral(session, acting("entity", "sena"), referral, onward)

    def revoke(session: Session) -> None:
        note = {"kind": "revocation", "state": "new", "purposes": ["*"], "person": str(person_id)}
        carry_out(session, AGENT, StoredRequest(new_id(), "", 1, note, {}))

    def erase(session: Session) -> None:
        erase_person(session, AGENT, person_id, "claim")

    def annul(session: Session) -> None:
        annulling(visit)(session)

    for act, end in product((answer, forward), (annul, erase, revoke)):
        visit, person_id = record(desk, needs=["EMP-SENA"])
        with desk.read_session() as session:
            [referral] = [found.id for found in list_decrypted_of_visit(session, visit)]
        do_while_waiting(desk, act, end)
        with desk.read_session() as session:
            states = session.scalars(select(Referral.state).where(Referral.visit_id == visit)).all()
        assert not set(OPEN_STATES) & set(states), f"{act.__name__}, {end.__name__}"
    check_counts(desk)


def test_two_families_with_the_same_people(desk: Database) -> None:
    people = [
        person(given_names=name, relation=relation)
        for name, relation in (("Ana", "self"), ("Luz", "child"), ("Eva", "sibling"))
    ]
    for number in range(ROUNDS):
        families = [
            [read_draft(draft(family=family, person=who, needs=["EDU"])) for who in in_order]
            for in_order, family in ((people, str(new_id())), (people[::-1], str(new_id())))
        ]
        works = [partial(record_family, actor=AGENT, drafts=drafts) for drafts in families]
        do_at_once(desk, *works, recording(person=people[number % 3], needs=["MIG-REG"]))
    with desk.read_session() as session:
        assert len(set(session.scalars(select(Visit.person_id)))) == len(people)
    check_counts(desk)


def test_two_registrations_of_somebody_chosen_lose_nothing(desk: Database) -> None:
    _visit, person_id = record(desk)
    for number in range(ROUNDS):
        education, municipality = 1 + number % 5, ("05001", "11001")[number % 2]
        stated = ({"education": education}, {"municipality": municipality})
        do_at_once(desk, *(recording(person={"id": str(person_id), **fields}) for fields in stated))
        with desk.read_session() as session:
            on_file = records.open_chosen_person(session, person_id).record
        assert (on_file["education"], on_file["municipality"]) == (education, municipality)
    check_counts(desk)


def list_locks(session: Session) -> set[bytes]:
    """The last bytes of what a transaction on PostgreSQL holds locked."""
    query = "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE pid = pg_backend_pid() AND objsubid = 1"
    return {key.to_bytes(8, signed=True) for key in session.scalars(text(query))}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_waited_for_a_join_locks_the_joined_record_too(desk: Database) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE NOT granted AND datname = current_database()"
    )

    def lock(lock_record: Callable[[Session, UUID], Any], person_id: UUID) -> set[bytes]:
        with desk.write_session() as session:
            lock_record(session, person_id)
            return list_locks(session)

    for lock_record in (
        lambda session, person_id: people_services.lock_people(session, [(person_id, {})]),
        people_services.lock_and_open_for_correction,
        lambda session, person_id: joining.lock_records(session, person_id, new_id()),
    ):
        earlier, later = record(desk)[1], record(desk)[1]
        with ThreadPoolExecutor(1) as pool:
            with desk.write_session() as session:
                pairs.note_chosen_pair(session, later, earlier, clock.now())
                joining.decide_pair(session, AGENT, later, earlier, Judgement("one-person-said-so", earlier))
                locks = pool.submit(lock, lock_record, earlier)
                while not session.scalar(waiting):
                    assert not locks.done()
            assert {earlier.bytes[-8:], later.bytes[-8:]} <= locks.result(60)
