"""A waiting room for tests: turns that are given and called, and who looks at the screen."""

from typing import Any

from flask import Flask

from attention_point.accounts.devices.device_requests import DEVICE_COOKIE_NAMES
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.turns import services
from attention_point.turns.queries import list_turns
from tests.accounts.devices.support import POINT, browser_of, enrol
from tests.support.pages import PageClient
from tests.turns.support import give, open_room, program

PAGE = f"/screen/{POINT}"
NAME = "Pantalla"


def open_screen(app: Flask, database: Database) -> PageClient:
    """A browser that is an enrolled screen of the point."""
    return browser_of(app, enrol(database, NAME, "screen"))


def build_screen_cookie(database: Database, address: str) -> Any:
    """The cookie of a real browser that is an enrolled screen."""
    return {"name": DEVICE_COOKIE_NAMES[False], "value": enrol(database, NAME, "screen"), "url": address}


def call_somebody(database: Database, desk: int = 0, **details: Any) -> str:
    """Give a turn and call it to the first desk or another; its code."""
    with database.write_session() as session:
        desk_ids = open_room(session)
        turn = give(session, **details)
        services.call_turn(session, program(), turn.id, desk_ids[desk])
        return turn.code


def act(database: Database, code: str, action: str, *values: Any) -> None:
    """Do something with the turn of a code, by the name of its service."""
    with database.write_session() as session:
        turns = {turn.code: turn.id for turn in list_turns(session, POINT, clock.today())}
        getattr(services, action)(session, program(), turns[code], *values)
