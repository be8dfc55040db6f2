"""What a program of an entity can do: page through everything, and all that the pages can."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.portal.programs.listing import ListFilter, list_for_program
from attention_point.referrals import services
from attention_point.referrals.rules import ANSWERED_STATES, OPEN_STATES
from tests.portal.support import program, referral_of, visit
from tests.support.visits import AGENT, acting, person, recorded

Call = Callable[..., Any]
ALL = (*OPEN_STATES, *ANSWERED_STATES)
START = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def call(app: Flask) -> Call:
    """A program of SENA: ``call(method, address, body)`` gives the status and the JSON."""
    headers = program(app, "sena")

    def send(method: str, address: str, body: Any = None) -> tuple[int, Any]:
        reply = app.test_client().open(f"/api/v1{address}", method=method, json=body, headers=headers)
        return reply.status_code, reply.get_json()

    return send


def read_all(call: Call, query: str) -> list[str]:
    """The ids of every page."""
    ids: list[str] = []
    address = f"/referrals?{query}"
    while address:
        status, page = call("GET", address)
        assert status == 200
        ids += [item["id"] for item in page["referrals"]]
        address = page["next"] and page["next"].removeprefix("/api/v1")
    return ids


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_every_referral_comes_once_in_either_direction(
    app: Flask, call: Call, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("attention_point.portal.programs.api.PAGE_SIZE", size)
    ids = [str(referral_of(visit(app, needs=["EMP-SENA"]), "sena")) for _each in range(5)]
    call("POST", f"/referrals/{ids[1]}/answer", {"state": "accepted", "version": 1})
    call("POST", f"/referrals/{ids[3]}/answer", {"state": "attended", "version": 1})
    assert read_all(call, "") == ids[::-1]
    assert read_all(call, f"after={START}") == ids
    assert read_all(call, f"after={ids[2]}") == ids[3:]
    assert read_all(call, "state=created") == [ids[4], ids[2], ids[0]]


def test_a_list_reads_on_past_what_it_does_not_show(session: Session) -> None:
    entity, hidden = acting("entity", "comisaria-familia"), []
    for number in range(6):
        answer = recorded(session, needs=["VBG"]) if number in {0, 3} else None
        hidden += [UUID(one["id"]) for one in answer["referrals"] if one["entity"] == entity.entity] if answer else []
        recorded(
            session,
            person=person(birth_date="2010-03-17"),
            household={"accompanied_by": "parent"},
            guardian={"name": "Rosa Peña", "relation": "mother"},
            needs=["NNA-PROT"],
            entities={"NNA-PROT": "comisaria-familia"},
        )
    for restricted, count in ((True, len(hidden)), (False, 6)):
        found, before = [], None
        while True:
            batch = list_for_program(session, entity, ListFilter(("created",), restricted, before=before), 1)
            found += [item.referral.id for item in batch.items]
            if batch.next_before is None:
                break
            before = batch.next_before
        assert len(found) == len(set(found)) == count
    assert set(hidden) == {
        item.referral.id for item in list_for_program(session, entity, ListFilter(ALL, restricted=True), 50).items
    }


def test_a_list_is_narrowed_by_service_and_day(app: Flask, call: Call) -> None:
    referral = str(referral_of(visit(app, needs=["EMP-SENA"]), "sena"))
    today = clock.today().isoformat()
    assert read_all(call, f"service=EMP-SENA&day={today}") == [referral]
    assert read_all(call, "service=OTHER") == []
    assert read_all(call, "day=2017-01-01") == []
    for query, field in ((f"before={referral}&after={referral}", "after"), ("day=17/03/2026", "day")):
        status, refused = call("GET", f"/referrals?{query}")
        assert (status, refused["fields"][0]["field"]) == (422, field)


def test_no_page_reads_more_rows_than_the_first(session: Session) -> None:
    for _each in range(6):
        recorded(session, needs=["EMP-SENA"])
    entity, statements = acting("entity", "sena"), []
    event.listen(session.connection(), "before_cursor_execute", lambda *values: statements.append(values[2]))
    counts, before = [], None
    for _page in range(3):
        statements.clear()
        batch = list_for_program(session, entity, ListFilter(ALL, before=before), 2)
        before = batch.next_before
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[2] <= counts[0]


def test_an_answer_is_taken_back_and_a_late_try_refused(app: Flask, call: Call) -> None:
    referral = referral_of(visit(app), "sena")
    call("POST", f"/referrals/{referral}/answer", {"state": "rejected", "version": 1, "reason_code": "no-places"})
    status, item = call("GET", f"/referrals/{referral}")
    assert (status, item["state"], item["can_take_back"]) == (200, "rejected", True)
    for _again in range(2):
        status, item = call("POST", f"/referrals/{referral}/take-back", {"version": 2})
        assert (status, item["state"], item["can_take_back"]) == (200, "seen", False)
    assert call("POST", f"/referrals/{referral}/take-back", {"version": 1})[0] == 409
    assert call("POST", f"/referrals/{UUID(int=1)}/take-back", {"version": 1})[0] == 404


def test_an_answered_referral_is_opened_again_with_a_reason(app: Flask, call: Call) -> None:
    referral = referral_of(visit(app), "sena")
    call("POST", f"/referrals/{referral}/answer", {"state": "attended", "version": 1})
    assert "seen" in call("GET", f"/referrals/{referral}")[1]["next_states"]
    assert call("POST", f"/referrals/{referral}/answer", {"state": "seen", "version": 2})[0] == 422
    body = {"state": "seen", "version": 2, "reason": "No era esta persona"}
    assert call("POST", f"/referrals/{referral}/answer", body)[1]["state"] == "seen"


def test_messages_go_both_ways_and_are_seen(app: Flask, call: Call) -> None:
    referral = referral_of(visit(app), "sena")
    with app.extensions["database"].write_session() as session:
        services.write_message_for_desk(session, AGENT, referral, "¿Ya la atendieron?", 0)
    status, item = call("GET", f"/referrals/{referral}")
    assert (status, item["state"], item["unread_messages"]) == (200, "created", 1)
    status, item = call("POST", f"/referrals/{referral}/seen")
    assert (item["state"], item["unread_messages"]) == ("seen", 0)
    for _again in range(2):
        status, item = call("POST", f"/referrals/{referral}/messages", {"text": "Sí, ayer.", "known": 1})
    assert [(message["side"], message["text"]) for message in item["messages"]] == [
        ("desk", "¿Ya la atendieron?"), ("entity", "Sí, ayer."),
    ]  # fmt: skip
    assert call("POST", f"/referrals/{referral}/messages", {"text": " ", "known": 2})[0] == 422
    assert str(AGENT.id) not in str(item)


def test_a_person_goes_on_to_another_entity_only_with_consent(app: Flask, call: Call) -> None:
    referral = referral_of(visit(app), "sena")
    status, offered = call("GET", f"/referrals/{referral}/targets")
    assert status == 200
    target = offered["targets"][0]
    assert target["entity"] != "sena"
    body = {**target, "consent": offered["consents"][0], "version": 1}
    status, refused = call("POST", f"/referrals/{referral}/forward", {**body, "consent": "no"})
    assert (status, refused["fields"][0]["field"]) == (422, "consent")
    status, item = call("POST", f"/referrals/{referral}/forward", body)
    assert (status, item["state"]) == (200, "closed")
    assert call("POST", f"/referrals/{referral}/forward", {**body, "version": 2})[0] == 409
    assert call("GET", f"/referrals/{referral}/targets")[1]["targets"] == []


def test_reasons_have_codes_and_words(call: Call) -> None:
    status, listed = call("GET", "/rejection-reasons")
    assert status == 200
    assert {"code": "no-places", "label": "No hay cupo ahora"} in listed["reasons"]


@pytest.mark.parametrize("action", ["seen", "take-back", "messages", "forward", "targets", ""])
def test_another_entity_s_referral_does_not_exist(app: Flask, call: Call, action: str) -> None:
    referral = referral_of(visit(app), "migracion-colombia")
    bodies: dict[str, Any] = {
        "take-back": {"version": 1}, "messages": {"text": "a", "known": 0},
        "forward": {"service": "EMP-SENA", "entity": "sena", "consent": "in-person", "version": 1},
    }  # fmt: skip
    method = "GET" if action in {"targets", ""} else "POST"
    replies = [
        call(method, f"/referrals/{one}{'/' if action else ''}{action}", bodies.get(action))
        for one in (referral, UUID(int=7))
    ]
    assert replies[0] == replies[1]
    assert replies[0][0] == 404
