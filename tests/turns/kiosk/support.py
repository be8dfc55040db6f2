"""A kiosk at its point, and what a visitor does on it without scripts."""

import re
from html import unescape

from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from attention_point.directory.models import DirectoryState, Point
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.turns import queries
from attention_point.turns.details import TurnDetails
from attention_point.turns.models import Turn
from attention_point.turns.priority.policies import propose_policy, switch_on_policy
from tests.accounts.devices.support import POINT, browser_of, enrol
from tests.accounts.support import token_of
from tests.support.pages import PageClient

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def open_kiosk(app: Flask, *, self_intake: bool = False) -> PageClient:
    """The browser of an enrolled kiosk."""
    database: Database = app.extensions["database"]
    browser = browser_of(app, enrol(database, "Quiosco 1", "kiosk"))
    if self_intake:
        with database.write_session() as session:
            session.execute(update(Point).where(Point.code == POINT).values(self_intake=True))
            session.execute(update(DirectoryState).values(revision=DirectoryState.revision + 1))
    return browser


def switch_on(database: Database, **content: object) -> None:
    """Let a policy of these fields be in force at the point from today."""
    with database.write_session() as session:
        entry = propose_policy(session, SYSTEM, POINT, clock.today(), content)
        switch_on_policy(session, SYSTEM, entry.id, "example")


def press(browser: PageClient, **fields: str) -> TestResponse:
    """Press a button of the question that is shown; the page after it."""
    shown = browser.get("/kiosk/steps")
    if shown.status_code == 303:
        shown = browser.get("/kiosk")
    step = re.search(r'name="step" value="([a-z_]+)"', shown.text)
    assert step, shown.text
    return send(browser, {"csrf_token": token_of(shown), "step": step[1], **fields})


def send(browser: PageClient, fields: dict[str, str]) -> TestResponse:
    """Post the fields to the questions, and follow to where they lead."""
    reply = browser.post("/kiosk/steps", data=fields)
    while reply.status_code == 303:
        reply = browser.get(reply.location)
    return reply


def title_of(reply: TestResponse) -> str:
    """The question that a page asks."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", reply.text, re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split())


def list_given(database: Database) -> list[tuple[Turn, TurnDetails]]:
    """The turns and what their visitors said, in the order in which they were given."""
    with database.read_session() as session:
        turns = session.scalars(select(Turn).order_by(Turn.number)).all()
        return [(turn, queries.read_turn_details(session, turn)) for turn in turns]
