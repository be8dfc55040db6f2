"""What the screen of the waiting room shows, and to whom."""

import json
from datetime import datetime, timedelta

import pytest
from flask import Flask

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.turns.screen.board import read_board
from attention_point.turns.screen.streams import Streams
from tests.accounts.devices.support import POINT, browser_of, enrol, revoke
from tests.support.directory import load_shipped
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.turns.screen.room import NAME, PAGE, act, call_somebody, open_screen
from tests.turns.support import open_room


def read_calls(screen: PageClient) -> list[dict[str, str]]:
    reply = screen.get(f"{PAGE}.json")
    assert reply.status_code == 200
    assert reply.json is not None
    calls: list[dict[str, str]] = reply.json["calls"]
    return calls


def test_the_json_has_the_latest_call_first_and_nothing_else(app: Flask, database: Database) -> None:
    screen = open_screen(app, database)
    said = {"needs": ("MIG-REG",), "language": "en", "preferential": ("pregnant",), "first_time": True}
    codes = [call_somebody(database, desk, **said) for desk in range(2)]
    reply = screen.get(f"{PAGE}.json")
    assert reply.mimetype == "application/json"
    assert reply.json is not None
    assert set(reply.json) == {"updated_at", "calls"}
    assert [(call["code"], call["desk"]) for call in reply.json["calls"]] == [(codes[1], "2"), (codes[0], "1")]
    assert {name for call in reply.json["calls"] for name in call} == {"code", "desk", "called_at"}
    moments = [reply.json["updated_at"], *(call["called_at"] for call in reply.json["calls"])]
    assert moments == sorted(moments, reverse=True)
    assert all(datetime.fromisoformat(moment).utcoffset() == timedelta(0) for moment in moments)


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/plain", f"{PAGE}.json", f"{PAGE}/events"])
def test_nothing_that_a_visitor_said_is_shown(app: Flask, database: Database, address: str) -> None:
    screen = open_screen(app, database)
    name = "Yohana Velásquez"
    call_somebody(
        database, needs=("VBG",), preferential=("pregnant",), slip_code="Q7RT", self_intake={"given_names": name}
    )
    page = screen.get(address).text
    assert "A-001" in page
    for secret in ("VBG", "pregnant", "Q7RT", "Yohana", "Vel"):
        assert secret not in page


def test_a_waiting_turn_is_not_shown(app: Flask, database: Database) -> None:
    screen = open_screen(app, database)
    code = call_somebody(database)
    act(database, code, "transfer_turn")
    assert read_calls(screen) == []


@pytest.mark.parametrize("action", ["start_turn", "finish_turn", "mark_absent"])
def test_whoever_was_away_finds_the_turn_among_the_latest(app: Flask, database: Database, action: str) -> None:
    screen = open_screen(app, database)
    code = call_somebody(database)
    act(database, code, action)
    assert [call["code"] for call in read_calls(screen)] == [code]


def test_a_turn_that_is_called_again_comes_first(app: Flask, database: Database) -> None:
    screen = open_screen(app, database)
    codes = [call_somebody(database, desk) for desk in range(2)]
    before = read_calls(screen)
    act(database, codes[0], "recall_turn")
    after = read_calls(screen)
    assert [call["code"] for call in after] == codes
    assert after[0]["called_at"] > before[0]["called_at"]


def test_there_are_as_many_calls_as_can_be_read(app: Flask, database: Database) -> None:
    screen = open_screen(app, database)
    codes = [call_somebody(database) for _visitor in range(7)]
    assert [call["code"] for call in read_calls(screen)] == codes[:1:-1]
    page = screen.get(PAGE).text
    assert [code for code in codes if f">{code}<" in page] == codes[2:]


def test_the_day_begins_with_an_empty_screen(app: Flask, database: Database) -> None:
    screen = open_screen(app, database)
    call_somebody(database)
    with clock.override_now(clock.now() + timedelta(days=1)):
        assert read_calls(screen) == []
        page = screen.get(PAGE).text
    assert "Aquí sale su turno" in page
    assert "A-001" not in page


def test_without_script_the_page_is_loaded_anew_where_no_thread_holds_it(app: Flask, database: Database) -> None:
    screen = open_screen(app, database)
    code = call_somebody(database)
    assert f'<noscript><meta http-equiv="refresh" content="0; url={PAGE}/plain"></noscript>' in screen.get(PAGE).text
    page = screen.get(f"{PAGE}/plain").text
    assert "<script" not in page
    assert code in page
    assert "Actualizado a las" in page
    assert page.endswith('<meta http-equiv="refresh" content="10">\n</body>\n</html>')


def test_a_page_without_script_is_held_until_a_turn_is_called(database: Database) -> None:
    with database.read_session() as session:
        empty = read_board(session, POINT)
    call_somebody(database)
    with database.read_session() as session:
        called = read_board(session, POINT)
    boards = iter([empty, called])
    end = b'<meta http-equiv="refresh" content="0">\n</body>'
    assert list(Streams().hold("page</body>", empty, lambda: next(boards), 60.0)) == [b"page", end]


def test_both_languages_of_a_call_are_on_the_page(app: Flask, database: Database) -> None:
    page = open_screen(app, database).get(PAGE).text
    assert 'data-call-es="Turno {code}, módulo {desk}"' in page
    assert 'data-call-en="Turn {code}, desk {desk}"' in page
    assert 'lang="en">Turn</span>' in page


def test_a_stranger_is_led_to_the_enrolment(client: PageClient, database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
    assert client.get(PAGE).headers["Location"] == "/devices/enrol"
    for address in (f"{PAGE}.json", f"{PAGE}/events"):
        reply = client.get(address, headers={"Accept": "text/event-stream"})
        assert reply.status_code == 401
        assert "calls" not in reply.text


def test_a_revoked_screen_is_told(app: Flask, database: Database) -> None:
    screen = open_screen(app, database)
    revoke(database, NAME)
    assert screen.get(PAGE).status_code == 401
    assert screen.get(f"{PAGE}.json").status_code == 401


def test_a_kiosk_is_no_screen(app: Flask, database: Database) -> None:
    assert browser_of(app, enrol(database, "Quiosco", "kiosk")).get(PAGE).status_code == 403


@pytest.mark.parametrize("point", ["cucuta", "BUCARAMANGA", "nowhere"])
def test_a_screen_shows_its_own_point_alone(app: Flask, database: Database, point: str) -> None:
    assert open_screen(app, database).get(f"/screen/{point}").status_code == 404


def test_staff_of_the_turns_may_look(as_role: SignIn, database: Database) -> None:
    with database.write_session() as session:
        open_room(session)
    code = call_somebody(database)
    agent = as_role("agent")
    assert code in agent.get(PAGE).text
    assert [call["code"] for call in read_calls(agent)] == [code]
    assert as_role("auditor").get(f"{PAGE}.json").status_code == 401


def test_a_screen_that_is_left_open_keeps_no_session_open(as_role: SignIn, database: Database) -> None:
    agent, begun = as_role("agent"), clock.now()
    for minutes in (10, 19, 21):
        with clock.override_now(begun + timedelta(minutes=minutes)):
            reply = agent.get(f"{PAGE}.json")
    assert reply.status_code == 401


def test_without_a_thread_of_its_own_a_stream_ends_at_once(app: Flask, database: Database) -> None:
    screen = open_screen(app, database)
    code = call_somebody(database)
    reply = screen.get(f"{PAGE}/events")
    assert reply.mimetype == "text/event-stream"
    assert reply.headers["Cache-Control"] == "no-store"
    retry, event = reply.text.strip().split("\n\n")
    assert retry == "retry: 800"
    assert json.loads(event.removeprefix("data: "))["calls"][0]["code"] == code
