"""What is past its time is removed, purpose by purpose, by somebody's decision; the report says what and proves it."""

from collections import Counter
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.dates import is_in_force
from attention_point.directory.models import Point
from attention_point.directory.revision import increase_revision
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.intake.erasure import purge, retention
from attention_point.intake.erasure.commands import person_commands
from attention_point.intake.models import Visit
from attention_point.people import records
from attention_point.people.duplicates import decisions, pairs
from attention_point.people.duplicates.decisions import Judgement
from attention_point.people.erasure import services
from attention_point.people.models import Person
from attention_point.referrals.models import Referral
from attention_point.rights.requests import stored_requests
from tests.rights.support import filed
from tests.support.directory import load_shipped
from tests.support.visits import acting, consents, person, recorded

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
SUPERVISOR = acting("supervisor")
KEPT = ("phone", "now", "waits", "last day")


def record(session: Session, day: str, *, refers: bool = False) -> UUID:
    """The id of the person of a visit on a day, with or without a referral that waits."""
    answers = consents(("attention", True), ("referral:*", refers))
    visit = recorded(session, person=person(), attended_at=f"{day}T08:30:00-05:00", consents=answers)["id"]
    return session.scalars(select(Visit.person_id).where(Visit.id == UUID(str(visit)))).one()


@pytest.fixture
def people(database: Database) -> dict[str, UUID]:
    """Somebody past every time, one past that of the telephone, one of now, and one who waits for an entity."""
    with clock.override_now(NOW), database.write_session() as session:
        load_shipped(session)
        named = {
            "past": record(session, "2021-03-02"),
            "phone": record(session, "2024-03-02"),
            "now": record(session, "2026-03-02"),
            "waits": record(session, "2020-03-02", refers=True),
            "last day": record(session, "2021-03-03"),
        }
        assert session.scalars(select(Referral.person_id).distinct()).all() == [named["waits"]]
        return named


def test_a_purge_removes_what_is_past_its_time_and_nothing_else(database: Database, people: dict[str, UUID]) -> None:
    with clock.override_now(NOW):
        preview = purge.preview_purge(database, clock.today())
        assert [(line.rule.purpose, line.due) for line in preview.lines] == [
            ("attention", 1),
            ("contact", 3),
            ("note", 0),
        ]
        report = purge.purge_past_data(database, SYSTEM, clock.today())
    assert [(line.rule.purpose, line.removed) for line in report.lines] == [
        ("attention", 1),
        ("contact", 2),
        ("note", 0),
    ]
    assert report.proof is not None
    assert (report.proof.is_nothing_left, report.proof.people) == (True, 1)
    assert report.rows["visits"] == 1
    with database.read_session() as session:
        readable = set(session.scalars(select(Person.id).where(Person.wrapped_key.is_not(None))))
        assert readable == set(people.values()) - {people["past"]}
        kept = {
            name: records.view_person(session, SUPERVISOR, people[name], "erasure") for name in people if name != "past"
        }
        assert {name for name, opened in kept.items() if "phone" in opened.record} == {"now", "waits"}
        assert not any("phone" in entry["earlier"] for entry in kept["phone"].history)
        note = services.find_note(session, people["past"])
        assert note is not None
        assert note.ground == "retention"
    with clock.override_now(NOW):
        assert all(line.due == 0 for line in purge.purge_past_data(database, SYSTEM, clock.today()).lines)
    # Ten years later the note ends too; the tombstone stays.
    with clock.override_now(NOW.replace(year=2037)):
        assert [line.removed for line in purge.purge_past_data(database, SYSTEM, clock.today()).lines][-1] >= 1
    with database.read_session() as session:
        note = services.find_note(session, people["past"])
        assert note is not None
        assert note.ground == ""


def test_a_point_that_keeps_longer_is_followed(database: Database, settings: Settings, people: dict[str, UUID]) -> None:
    with clock.override_now(NOW):
        assert len(list(purge.check_retention(database, settings))) == 1
        with database.write_session() as session:
            session.execute(update(Point).values(retention_years=30))
            increase_revision(session)
        assert list(purge.check_retention(database, settings)) == []
        with database.write_session() as session:
            session.execute(update(Point).values(retention_years=None))
            increase_revision(session)
        assert purge.preview_purge(database, clock.today()).lines[0].due == 1


def test_an_open_request_and_a_record_of_the_same_person_that_is_not_past_keep_a_file(
    database: Database, people: dict[str, UUID]
) -> None:
    today = clock.local_day(NOW)
    rule = retention.find_rule(retention.ATTENTION, today)
    assert rule is not None
    with database.write_session() as session:
        assert retention.list_past_people(session, rule, today) == [people["past"]]
        with clock.override_now(NOW):
            asked = filed(
                session, "consultation", person=people["past"], received_on=today
            )  # no claim, and without a mark
        assert retention.list_past_people(session, rule, today) == []
        assert purge._erase_files(session, SYSTEM, [people["past"]], Counter()) == 0  # filed since the list was made
        stored_requests.forget_words(session, asked)
        earlier, later = sorted((people["past"], people["now"]))
        pairs.note_pairs(session, later, [earlier], NOW)
        decisions.decide_pair(session, SUPERVISOR, later, earlier, Judgement("one-person-said-so", later))
        assert retention.list_past_people(session, rule, today) == []
        result = services.erase_person(session, SUPERVISOR, people["now"], "claim")
        assert set(result.person_ids) == {earlier, later}, "joined records are erased together"


@given(st.dates(date(2018, 1, 1), date(2200, 1, 1)))
def test_each_purpose_has_at_most_one_rule_a_day(day: date) -> None:
    for purpose in purge.PURPOSE_WORDS:
        rules = [rule for rule in retention.load_rules() if rule.purpose == purpose]
        in_force = [rule for rule in rules if is_in_force(rule.valid_from, rule.valid_to, day)]
        assert len(in_force) <= 1
        assert all(retention.find_last_kept_day(day, rule.years) < day for rule in in_force)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_commands_say_what_is_done_and_refuse_what_is_not(database: Database, people: dict[str, UUID]) -> None:
    def call(*words: str, typed: str = "") -> tuple[int, str]:
        called = CliRunner().invoke(
            person_commands, words, input=typed, obj=lambda: Database(str(database.url), database.info)
        )
        return called.exit_code, called.output

    with clock.override_now(NOW):
        status, words = call("purge")
        assert (status, "No se cambió nada" in words, "sin confirmar por la oficina" in words) == (0, True, True), words
        status, words = call("purge", "--remove")
        assert (status, "No queda ninguna clave" in words) == (0, True), words
    person_id = str(people["now"])
    assert call("erase", person_id, "--ground", "claim", typed="n\n")[0] == 1
    status, words = call("erase", person_id, "--ground", "claim", "--note", "Radicado 7", "--yes")
    assert (status, "Personas borradas: 1." in words) == (0, True), words
    status, words = call("erase", person_id, "--ground", "claim", "--yes")
    assert (status, "se borraron" in words) == (1, True), words
    assert call("erase", person_id, "--ground", "because", "--yes")[0] == 2
    status, words = call("erased")
    assert (status, person_id in words, "Radicado 7" in words) == (0, True, True), words
