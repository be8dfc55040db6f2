"""The queue of an entity that has a desk in the room: what it reads, and what becomes of it without a desk."""

from uuid import UUID

from flask import Flask

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.turns import services
from attention_point.turns.desks.desk_settings import DeskSettings, save_desk
from attention_point.turns.models import Turn
from tests.support.staff import SignIn
from tests.turns.support import POINT, agent, give, open_room


def send_somebody(database: Database) -> tuple[UUID, UUID]:
    """The desk of the SENA, and the turn of somebody who waits for it and came for two needs."""
    with database.write_session() as session:
        open_room(session)
        desk = save_desk(session, SYSTEM, None, DeskSettings(POINT, "9", "sena"))
        turn = give(session, needs=("VBG", "EMP-SENA"))
        services.transfer_turn(session, agent(), turn.id, entity="sena")
        return desk.id, turn.id


def test_an_entity_reads_the_needs_that_it_answers_and_no_others(
    app: Flask, database: Database, as_role: SignIn
) -> None:
    entity = as_role("entity", "sena")
    _desk_id, turn_id = send_somebody(database)
    for path in ("/turns", f"/turns/{turn_id}"):
        page = entity.get(path).text
        assert "con el SENA" in page
        assert "iolencia" not in page.split("<main")[1].split("</main")[0]


def test_who_waits_for_a_desk_that_goes_waits_for_the_point(app: Flask, database: Database, as_role: SignIn) -> None:
    desk_id, turn_id = send_somebody(database)
    with database.write_session() as session:
        services.call_turn(session, agent("entity", "sena"), turn_id, desk_id)
    with database.write_session() as session:
        save_desk(session, SYSTEM, desk_id, DeskSettings(POINT, "9", "sena", is_active=False))
    with database.read_session() as session:
        turn = session.get_one(Turn, turn_id)
        assert (turn.state, turn.queue, turn.desk_id) == ("waiting", None, None)
    assert str(turn_id) in as_role("agent").get("/turns").text


def test_an_absent_turn_of_a_desk_that_goes_can_be_called_again(database: Database) -> None:
    desk_id, turn_id = send_somebody(database)
    with database.write_session() as session:
        services.call_turn(session, agent("entity", "sena"), turn_id, desk_id)
        services.mark_absent(session, SYSTEM, turn_id, desk_id)
    with database.write_session() as session:
        save_desk(session, SYSTEM, desk_id, DeskSettings(POINT, "9", None))
    with database.write_session() as session:
        services.return_turn(session, agent(), turn_id)
        assert session.get_one(Turn, turn_id).queue is None
