"""The turns API: what a program may do with a token of the scope ``turns``."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.foundation import clock
from attention_point.foundation.access import Actor, requires_scope
from attention_point.foundation.errors import Conflict, Forbidden, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.json_bodies import build_json_response, read_json_body
from attention_point.foundation.web.openapi import document_operation
from attention_point.turns import queries, services
from attention_point.turns.desks.desk_services import occupy_desk
from attention_point.turns.entity_queues import find_queue_entity, name_queue
from attention_point.turns.models import Desk, Turn
from attention_point.turns.programs.api_bodies import (
    CreatedTurnResponse,
    DeskRequest,
    NewTurnRequest,
    TransferRequest,
    TurnListResponse,
    TurnResponse,
)
from attention_point.turns.rules import ABSENT, AT_A_DESK

blueprint = Blueprint("turns_api", __name__, url_prefix="/api/v1/turns")
Body = TypeVar("Body", bound=BaseModel)
_ACTION_ERRORS = (404, 409)


@blueprint.post("")
@requires_scope("turns")
@document_operation(
    "Give a turn", {201: CreatedTurnResponse, 200: CreatedTurnResponse}, body=NewTurnRequest, errors=(409,)
)
def give_turn() -> Response:
    """Give a turn: 201 first, 200 for the same again, 409 for another turn with the same id."""
    body = parse_object(NewTurnRequest, read_json_body())
    channel = "offline" if body.issued_at or body.code else "api"
    new_turn = services.NewTurn(body.id, body.point, body.build_details(), channel, body.issued_at, body.code)
    created = services.create_turn(db_session(), current_actor(), new_turn)
    content = {"id": created.turn.id, "code": created.turn.code, "ahead": created.ahead}
    return build_json_response(content, 201 if created.created else 200)


@blueprint.get("")
@requires_scope("turns")
@document_operation(
    "Today's turns that have not ended", {200: TurnListResponse}, query={"point": "code of the point"}, errors=(422,)
)
def list_turns() -> Response:
    """Send the turns of a point: at a desk (latest call first), waiting in the order of calling, absent.

    A program that acts for an entity gets those of its desks, any other those of all desks.
    """
    session, entity = db_session(), current_actor().entity
    point = services.check_point(session, request.args.get("point", ""), clock.today())
    today = clock.today()
    queue = name_queue(session, entity, today)
    turns = [turn for turn in queries.list_turns(session, point, today) if entity is None or turn.queue == queue]
    # The order of calling opens what visitors said; of it nothing but the order leaves.
    places = {waiting.id: place for place, waiting in enumerate(queries.list_all_waiting_turns(session, point))}
    at_a_desk = [turn for turn in turns if turn.state in AT_A_DESK]
    at_a_desk.sort(key=lambda turn: turn.called_at or turn.issued_at, reverse=True)
    waiting_turns = sorted((turn for turn in turns if turn.id in places), key=lambda turn: places[turn.id])
    absent_turns = [turn for turn in turns if turn.state == ABSENT]
    listed = [_build_turn(session, turn) for turn in (*at_a_desk, *waiting_turns, *absent_turns)]
    return build_json_response({"turns": [body.model_dump(mode="json") for body in listed]})


@blueprint.post("/<uuid:turn_id>/call")
@requires_scope("turns")
@document_operation(
    "Call a turn to a desk; 409 for a turn that another desk has",
    {200: TurnResponse},
    body=DeskRequest,
    errors=_ACTION_ERRORS,
)
def call_turn(turn_id: UUID) -> Response:
    """Call a turn. The same call a second time changes nothing."""
    session, actor, body = db_session(), current_actor(), _read_optional_body(DeskRequest)
    turn = queries.read_turn(session, turn_id)
    desk = _find_desk(session, turn, body.desk) or _take_desk(session, actor, turn)
    return _send_turn(session, services.call_turn(session, actor, turn_id, desk.id))


@blueprint.post("/<uuid:turn_id>/recall")
@requires_scope("turns")
@document_operation(
    "Call a turn once more to the desk that has it", {200: TurnResponse}, body=DeskRequest, errors=_ACTION_ERRORS
)
def recall_turn(turn_id: UUID) -> Response:
    """Call a turn once more."""
    return _act_at_desk(turn_id, services.recall_turn)


@blueprint.post("/<uuid:turn_id>/absent")
@requires_scope("turns")
@document_operation(
    "Note that nobody came when a turn was called", {200: TurnResponse}, body=DeskRequest, errors=_ACTION_ERRORS
)
def mark_absent(turn_id: UUID) -> Response:
    """Mark a turn absent; it can be called again until the day closes."""
    return _act_at_desk(turn_id, services.mark_absent)


@blueprint.post("/<uuid:turn_id>/start")
@requires_scope("turns")
@document_operation(
    "Note that the visitor is at the desk", {200: TurnResponse}, body=DeskRequest, errors=_ACTION_ERRORS
)
def start_turn(turn_id: UUID) -> Response:
    """Start a turn that was called."""
    return _act_at_desk(turn_id, services.start_turn)


@blueprint.post("/<uuid:turn_id>/finish")
@requires_scope("turns")
@document_operation(
    "End a turn; what the visitor said is destroyed", {200: TurnResponse}, body=DeskRequest, errors=_ACTION_ERRORS
)
def finish_turn(turn_id: UUID) -> Response:
    """Finish a turn."""
    return _act_at_desk(turn_id, services.finish_turn)


@blueprint.post("/<uuid:turn_id>/transfer")
@requires_scope("turns")
@document_operation(
    "Let a turn wait for a desk, for the desks of an entity, or for any desk",
    {200: TurnResponse},
    body=TransferRequest,
    errors=_ACTION_ERRORS,
)
def transfer_turn(turn_id: UUID) -> Response:
    """Transfer a turn. It keeps its time of arrival."""
    session, actor, body = db_session(), current_actor(), _read_optional_body(TransferRequest)
    desk = _find_desk(session, queries.read_turn(session, turn_id), body.desk)
    turn = services.transfer_turn(session, actor, turn_id, desk.id if desk else None, body.entity)
    return _send_turn(session, turn)


def _act_at_desk(turn_id: UUID, act: Callable[[Session, Actor, UUID, UUID | None], Turn]) -> Response:
    session, actor, body = db_session(), current_actor(), _read_optional_body(DeskRequest)
    turn = queries.read_turn(session, turn_id)
    desk = _find_desk(session, turn, body.desk)
    return _send_turn(session, act(session, actor, turn_id, desk.id if desk else None))


def _read_optional_body(model: type[Body]) -> Body:
    return parse_object(model, read_json_body() if request.content_length else {})


def _find_desk(session: Session, turn: Turn, name: str | int | None) -> Desk | None:
    if name is None:
        return None
    desks = [desk for desk in queries.list_point_desks(session, turn.point) if desk.is_active]
    for desk in desks:
        if str(name) in (desk.name, str(desk.id)):
            return desk
    raise Invalid.of_field("desk", _(queries.DESK_UNKNOWN))


def _take_desk(session: Session, actor: Actor, turn: Turn) -> Desk:
    own_desk = queries.find_desk_of_actor(session, actor)
    if own_desk is not None:
        return own_desk
    entity = find_queue_entity(session, turn)
    if actor.entity not in (None, entity):
        raise Forbidden(_("This turn is another entity’s."))
    for desk in queries.list_desks(session, turn.point, entity):
        if desk.occupant_tag is None and queries.find_turn_at_desk(session, desk.id) is None:
            return occupy_desk(session, actor, desk.id)
    raise Conflict(_("No desk is free. Name the desk."), code="no_desk")


def _build_turn(session: Session, turn: Turn) -> TurnResponse:
    desk = session.get(Desk, turn.desk_id) if turn.desk_id else None
    fields = {name: getattr(turn, name) for name in TurnResponse.model_fields.keys() - {"desk", "entity"}}
    return TurnResponse(desk=desk.name if desk else None, entity=find_queue_entity(session, turn), **fields)


def _send_turn(session: Session, turn: Turn) -> Response:
    return build_json_response(_build_turn(session, turn).model_dump(mode="json"))
