"""Somebody's browser in the waiting room: buttons are pressed by their words, as they stand on the page."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation.database import new_id
from attention_point.turns.desks.desk_services import create_first_desks
from attention_point.turns.details import TurnDetails
from attention_point.turns.models import Desk, Turn
from attention_point.turns.services import NewTurn, create_turn
from tests.support.pages import Element, PageClient, read
from tests.turns.support import DOOR, POINT

SignIn = Callable[..., PageClient]
QUEUE = "/turns"


def open_desks(app: Flask) -> list[UUID]:
    """The first four desks of the point, of which the directory is loaded already."""
    with app.extensions["database"].write_session() as session:
        create_first_desks(session)
        return list(session.scalars(select(Desk.id).where(Desk.point == POINT).order_by(Desk.name)))


def give(app: Flask, **details: Any) -> UUID:
    """Give a turn at the door."""
    turn_id = new_id()
    with app.extensions["database"].write_session() as session:
        create_turn(session, DOOR, NewTurn(turn_id, POINT, TurnDetails(**details)))
    return turn_id


def read_turn(app: Flask, turn_id: UUID) -> Turn:
    """The turn as it stands in the database."""
    with app.extensions["database"].read_session() as session:
        turn: Turn = session.get(Turn, turn_id)
        session.expunge(turn)
        return turn


def text(page: TestResponse) -> str:
    """The page's HTML."""
    return page.get_data(as_text=True)


def words(page: TestResponse) -> str:
    """The words of the page's own part, with single spaces."""
    main = next(element for element in read(text(page)) if element.tag == "main")
    return " ".join(main.text.split())


def list_buttons(page: TestResponse) -> dict[str, Element]:
    """The submitting buttons by their words."""
    return {
        " ".join(element.text.split()): element
        for element in read(text(page))
        if element.tag == "button" and element.get("type") == "submit"
    }


def read_fields(form: Element) -> dict[str, list[str]]:
    """What the browser would send of a form as it stands."""
    fields: dict[str, list[str]] = {}
    for element in form.inside:
        name, kind = element.get("name"), element.get("type")
        is_chosen = kind not in {"radio", "checkbox"} or "checked" in element.attributes
        if element.tag == "input" and name and is_chosen:
            fields.setdefault(name, []).append(element.get("value"))
    return fields


def press(client: PageClient, page: TestResponse, label: str, **changes: str | list[str]) -> TestResponse:
    """Press a button of a page, and follow where it leads."""
    return client.get(send(client, page, label, **changes).headers["Location"])


def send(client: PageClient, page: TestResponse, label: str, **changes: str | list[str]) -> TestResponse:
    """Press a button of a page, and stay at the reply, which is a redirection."""
    reply = send_form(client, page, label, changes)
    assert reply.status_code == 303, words(reply)
    return reply


def send_form(
    client: PageClient, page: TestResponse, label: str, changes: Mapping[str, str | list[str]] = {}
) -> TestResponse:
    """Send the form of a button, whatever the reply is."""
    buttons = list_buttons(page)
    assert label in buttons, sorted(buttons)
    form = buttons[label].within("form")
    assert form is not None
    fields: dict[str, Any] = {**read_fields(form), **changes}
    return client.post(form.get("action"), data=fields)


def take_desk(client: PageClient, number: int = 1) -> TestResponse:
    """Choose a desk; returns the queue."""
    return press(client, client.get(QUEUE), f"Módulo {number}")
