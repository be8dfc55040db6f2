"""Two taps on two people at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from attention_point.foundation.database import Database
from attention_point.turns.models import Turn
from tests.accounts.support import token_of
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.turns.support import give, open_room


def test_one_desk_that_taps_on_two_people_at_once_calls_one(app: Flask, database: Database, as_role: SignIn) -> None:
    browser = as_role("agent")
    with database.write_session() as session:
        desk_id = open_room(session)[0]
        turn_ids = [give(session).id for _turn in range(4)]
    token = token_of(browser.get("/turns"))
    browser.post(f"/turns/desks/{desk_id}/occupy", data={"csrf_token": token})
    cookie, barrier = browser.get_cookie("session"), Barrier(len(turn_ids))
    assert cookie is not None

    def tap(turn_id: UUID) -> int:
        tab = PageClient(app, app.response_class)
        tab.set_cookie("session", cookie.value)
        barrier.wait()
        return tab.post(f"/turns/{turn_id}/call", data={"csrf_token": token}).status_code

    with ThreadPoolExecutor(len(turn_ids)) as pool:
        assert set(pool.map(tap, turn_ids)) == {303}
    with database.read_session() as session:
        assert session.scalar(select(func.count()).select_from(Turn).where(Turn.state == "called")) == 1
