"""What two stolen copies of the database tell of a turn: its code, desk and times, never what the visitor said."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Invalid
from attention_point.foundation.journal import JournalEntry
from attention_point.turns import queries, services
from attention_point.turns.desks import desk_services
from attention_point.turns.details import TurnDetails, seal_details
from attention_point.turns.models import Desk, Turn
from attention_point.turns.services import NewTurn, create_turn
from tests.intake.test_sealed import spelled
from tests.support.damage import damage
from tests.turns.support import DOOR, POINT, add_entity_desk, agent, give, open_room

# None of these is a word of the directory or of a code list that the database holds.
SAID: dict[str, Any] = {
    "needs": ("QUIXOTEZ-NEED", "XILOTEPEC-NEED"),
    "language": "en",
    "first_time": True,
    "companions": {"adults": 3, "children": 7},
    "preferential": ("pregnant", "disability", "other"),
    "slip_code": "CANARIASLIP",
    "self_intake": {"person-given_names": "Wpinzonal", "person-phone": "+57 3907712341"},
}
PLANTED = ("QUIXOTEZ", "XILOTEPEC", "CANARIASLIP", "Wpinzonal", "39077123", "pregnant", "disability", "companions")
CLEAR_WHEN_ENDED = {
    *("id", "point", "day", "number", "code", "state", "channel", "issued_at", "first_called_at", "called_at"),
    *("started_at", "ended_at", "desk_id", "calls"),
}


def dump(session: Session, *tables: str) -> bytes:
    """Every value of some tables, as the driver gives it."""
    rows = [tuple(row) for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    return b"\n".join(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                      for row in rows for value in row)  # fmt: skip


def find_leaks(content: bytes) -> list[str]:
    """The planted values that are found, in any spelling."""
    return [value for value in PLANTED if any(spelling in content for spelling in spelled(value))]


def serve(database: Database, details: TurnDetails) -> Turn:
    """Give a turn and serve it to its end."""
    actor = agent()
    with database.write_session() as session:
        desk, *_others = open_room(session)
        turn = create_turn(session, DOOR, NewTurn(new_id(), POINT, details)).turn
    with database.write_session() as session:
        services.call_turn(session, actor, turn.id, desk)
        services.start_turn(session, actor, turn.id, desk)
        return services.finish_turn(session, actor, turn.id, desk)


def test_neither_copy_tells_what_the_visitor_said(database: Database) -> None:
    details = TurnDetails.model_validate(SAID)
    with database.write_session() as session:
        open_room(session)
        turn = create_turn(session, DOOR, NewTurn(new_id(), POINT, details)).turn
    tables = ("turn", "turn_counter", "journal_entry")
    with database.read_session() as session:
        assert queries.read_turn_details(session, session.get_one(Turn, turn.id)) == details
        first_copy = dump(session, *tables)
    with database.write_session() as session:
        services.close_day(session, DOOR, POINT, turn.day)
    with database.read_session() as session:
        second_copy = dump(session, *tables)
    assert find_leaks(first_copy) == find_leaks(second_copy) == []
    assert len(first_copy) > 4096 > len(second_copy)


def test_neither_copy_tells_to_whose_desk_a_turn_was_sent(database: Database) -> None:
    """A turn is often given right after a visit: with the entity in clear, that visit's need would be known."""
    ana, somebody = agent(), agent("entity", "sena")
    with database.write_session() as session:
        open_room(session)
        desk_id = add_entity_desk(session, "sena")
        turn = give(session)
        services.transfer_turn(session, ana, turn.id, entity="sena")
        desk_services.occupy_desk(session, somebody, desk_id)
        services.call_turn(session, somebody, turn.id, desk_id)
    tables = ("turn", "turn_desk", "journal_entry")
    with database.read_session() as session:
        at_the_desk = dump(session, *tables)
        desks = session.scalars(select(Desk)).all()
    with database.write_session() as session:
        services.finish_turn(session, somebody, turn.id, desk_id)
        desk_services.leave_desk(session, somebody)
    with database.read_session() as session:
        afterwards = dump(session, *tables)
    assert somebody.id
    spellings = (somebody.id.hex.encode(), somebody.id.bytes, str(somebody.id).encode())
    for copy in (at_the_desk, afterwards):
        assert turn.id.hex.encode() in copy.replace(b"-", b"")
        # Neither the entity nor the account that works at its desks.
        assert b"sena" not in copy
        assert not [spelling for spelling in spellings if spelling in copy]
    assert len({len(desk.sealed) for desk in desks}) == 1


def test_the_scan_would_find_a_leak() -> None:
    content = TurnDetails.model_validate(SAID).model_dump_json().encode()
    assert find_leaks(content) == list(PLANTED)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_left_in_the_files_after_the_end(database: Database, tmp_path: Path) -> None:
    with database.write_session() as session:
        open_room(session)
        turn = create_turn(session, DOOR, NewTurn(new_id(), POINT, TurnDetails.model_validate(SAID))).turn
        sealed = bytes(turn.sealed or b"")

    def read_files() -> bytes:
        raw = sqlite3.connect(database.url.database or "")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        return b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())

    # A record of this size lies on several pages, so a part of it is looked for.
    assert sealed[100:300] in read_files()
    with database.write_session() as session:
        services.close_turn(session, DOOR, turn.id, "left")
    content = read_files()
    assert not any(sealed[start : start + 32] in content for start in range(0, len(sealed) - 32, 32))
    assert not [value for value in PLANTED[:5] if any(spelling in content for spelling in spelled(value))]


def test_who_said_everything_and_who_said_nothing_look_alike(database: Database) -> None:
    with database.write_session() as session:
        open_room(session)
        for details in (TurnDetails(), TurnDetails.model_validate(SAID)):
            create_turn(session, DOOR, NewTurn(new_id(), POINT, details))
    with database.read_session() as session:
        silent, outspoken = session.scalars(select(Turn).order_by(Turn.number)).all()
        assert len(silent.sealed or b"") == len(outspoken.sealed or b"") > 4096
        entries = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "turn.create")).all()
        assert entries == [entries[0], entries[0]]


def test_of_an_ended_turn_only_code_desk_and_times_are_left(database: Database) -> None:
    turn = serve(database, TurnDetails.model_validate(SAID))
    with database.read_session() as session:
        stored = session.get_one(Turn, turn.id)
        left = {column.key for column in Turn.__table__.columns if getattr(stored, column.key) is not None}
        assert left == CLEAR_WHEN_ENDED
        assert queries.read_turn_details(session, stored) == TurnDetails()


def test_the_keyring_does_not_help_to_guess_what_an_ended_turn_said(database: Database) -> None:
    """A keyed digest could be tried out by whoever has the keys: there are few answers. It goes with the details."""
    details = TurnDetails(preferential=("pregnant",))
    turn = serve(database, details)
    with database.read_session() as session:
        content = dump(session, "turn", "journal_entry")
        digest = services.compute_fingerprints(session, NewTurn(turn.id, POINT, details))[0]
    assert digest not in content
    assert digest.hex().encode() not in content


def test_the_journal_tells_how_many_were_passed_over_and_not_why(database: Database) -> None:
    with database.write_session() as session:
        desk, *_others = open_room(session)
        for _number in range(3):
            give(session)
        turn = give(session, preferential=("pregnant",), needs=("MIG-REG",))
        assert services.call_next_turn(session, agent(), desk) is turn
    with database.read_session() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "turn.call")).one()
        assert json.loads(entry.detail) == {"desk": str(desk), "jumped": 3}


def test_a_replay_after_the_end_is_the_same_turn(database: Database) -> None:
    details = TurnDetails.model_validate(SAID)
    turn = serve(database, details)
    with database.write_session() as session:
        again = create_turn(session, DOOR, NewTurn(turn.id, POINT, details))
        assert (again.turn.id, again.turn.state, again.ahead, again.created) == (turn.id, "finished", 0, False)
        assert again.turn.sealed is None


def test_a_damaged_record_is_noted_and_its_turn_is_called_all_the_same(database: Database) -> None:
    with database.write_session() as session:
        desk, *_others = open_room(session)
        turn, other = give(session, needs=("MIG-REG",)), give(session)
    damage(database, Turn.sealed, turn.id)
    with database.write_session() as session:
        assert [waiting.id for waiting in queries.list_waiting_turns(session, POINT)] == [turn.id, other.id]
        assert [(note.purpose, note.row_id) for note in list_noted_damage(session)] == [("turn", turn.id)]
        called = services.call_next_turn(session, agent(), desk)
        assert called is not None
        assert called.id == turn.id


def test_details_of_another_turn_do_not_open(database: Database) -> None:
    with database.write_session() as session:
        open_room(session)
        turn, other = give(session, needs=("MIG-REG",)), give(session)
        other.sealed = turn.sealed
        session.flush()
        assert queries.read_turn_details(session, other) == TurnDetails()
        assert [note.row_id for note in list_noted_damage(session)] == [other.id]


def test_what_is_too_long_is_refused_and_says_so(session: Session) -> None:
    details = TurnDetails(self_intake={f"field-{number}": "x" * 500 for number in range(9)})
    with pytest.raises(Invalid) as refused:
        seal_details(session, new_id(), details)
    assert refused.value.field_errors[0].field == "details.self_intake"
