"""The contract of the turns API: answers, refusals, and what neither of them ever carries."""

from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from attention_point.foundation.database import new_id
from attention_point.foundation.web.openapi import build_openapi_document
from tests.support.pages import PageClient
from tests.turns.support import POINT, open_room

Bearer = Callable[..., dict[str, str]]
ADDRESS = "/api/v1/turns"


class Program:
    """A program with a token, in a room with four desks."""

    def __init__(self, app: Flask, headers: dict[str, str]) -> None:
        self.client, self.headers = PageClient(app, app.response_class), headers
        self.described = build_openapi_document(app, "http://127.0.0.1:8000")

    def post(self, action: str = "", body: Any = None, path: str = "") -> TestResponse:
        """Send a body, or none; the reply is what the description of the API says."""
        sent = {} if body is None else {"json": body}
        reply = self.client.post(f"{ADDRESS}{action}", headers=self.headers, **sent)
        self.check(path or ADDRESS, reply)
        return reply

    def act(self, turn_id: str, action: str, body: Any = None) -> TestResponse:
        """Do one of the six actions."""
        return self.post(f"/{turn_id}/{action}", body, f"{ADDRESS}/{{turn_id}}/{action}")

    def give(self, **changes: Any) -> dict[str, Any]:
        """Give a turn."""
        reply = self.post("", {"id": str(new_id()), "point": POINT, "priority": [], **changes})
        assert reply.status_code == 201, reply.text
        return dict(reply.get_json())

    def list_turns(self, point: str = POINT) -> TestResponse:
        """Read the turns of a point."""
        reply = self.client.get(ADDRESS, query_string={"point": point}, headers=self.headers)
        self.check(ADDRESS, reply)
        return reply

    def check(self, path: str, reply: TestResponse) -> None:
        """Hold a reply to the description of the API."""
        responses = self.described["paths"][path][reply.request.method.lower()]["responses"]
        schema = responses[str(reply.status_code)]["content"]["application/json"]["schema"]
        validator = jsonschema_rs.Draft202012Validator(
            {**schema, "components": self.described["components"]}, validate_formats=True
        )
        errors = [error.message for error in validator.iter_errors(reply.json)]
        assert errors == []


@pytest.fixture
def program(app: Flask, bearer: Bearer) -> Program:
    """A program of the scope turns."""
    made = Program(app, bearer("turns"))
    with app.extensions["database"].write_session() as session:
        open_room(session)
    return made


def refused(reply: TestResponse) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return reply.status_code, reply.get_json()["error"]


def test_turns_are_numbered_and_say_how_many_are_ahead(program: Program) -> None:
    given = [program.give() for _number in range(3)]
    assert [(turn["code"], turn["ahead"]) for turn in given] == [("A-001", 0), ("A-002", 1), ("A-003", 2)]
    assert set(given[0]) == {"id", "code", "ahead"}


def test_the_same_turn_again_is_the_same_and_another_under_its_id_is_refused(program: Program) -> None:
    body = {"id": str(new_id()), "point": POINT, "priority": ["pregnant"]}
    first, again = program.post("", body), program.post("", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    for other in ({**body, "priority": []}, {**body, "needs": ["MIG-REG"]}):
        assert refused(program.post("", other)) == (409, "id_taken")
    assert program.give()["code"] == "A-002"


def test_the_six_actions(program: Program) -> None:
    turn = program.give()["id"]

    def state(action: str, body: Any = None) -> tuple[str, str | None]:
        reply = program.act(turn, action, body)
        assert reply.status_code == 200, reply.text
        return reply.get_json()["state"], reply.get_json()["desk"]

    assert state("call", {"desk": "2"}) == ("called", "2")
    assert state("recall") == ("called", "2")
    assert state("absent") == ("absent", "2")
    assert state("call", {"desk": 3}) == ("called", "3")
    assert state("start", {"desk": "3"}) == ("started", "3")
    assert state("transfer", {"desk": "1"}) == ("waiting", "1")
    assert state("call", {"desk": "1"}) == ("called", "1")
    assert state("start") == ("started", "1")
    assert state("finish") == ("finished", "1")
    assert state("finish") == ("finished", "1")
    assert refused(program.act(turn, "call", {"desk": "1"})) == (409, "turn_state")


def test_a_turn_that_another_desk_has_is_refused_and_stays_there(program: Program) -> None:
    turn = program.give()["id"]
    assert program.act(turn, "call", {"desk": "1"}).status_code == 200
    for action in ("call", "recall", "absent", "start", "finish"):
        assert refused(program.act(turn, action, {"desk": "2"})) == (409, "turn_taken")
    again = program.act(turn, "call", {"desk": "1"}).get_json()
    assert (again["state"], again["desk"], again["calls"]) == ("called", "1", 1)


def test_programs_that_name_no_desk_get_one_each(app: Flask, program: Program, bearer: Bearer) -> None:
    second_program = Program(app, bearer("turns", name="second"))
    turn = program.give()["id"]
    assert program.act(turn, "call").get_json()["desk"] == "1"
    assert refused(second_program.act(turn, "call")) == (409, "turn_taken")
    assert second_program.act(second_program.give()["id"], "call").get_json()["desk"] == "2"
    assert refused(second_program.act(turn, "finish")) == (409, "turn_taken")
    assert program.act(turn, "finish").get_json()["state"] == "finished"
    assert program.act(program.give()["id"], "call").get_json()["desk"] == "1"


def test_the_list_has_the_order_of_calling_and_nothing_that_was_said(program: Program) -> None:
    codes = [program.give(**said)["code"] for said in ({}, {}, {"priority": ["older_adult"]}, {})]
    assert codes == ["A-001", "A-002", "A-003", "A-004"]
    first = program.list_turns().get_json()["turns"]
    assert [turn["code"] for turn in first] == ["A-003", "A-001", "A-002", "A-004"]
    program.act(first[1]["id"], "call", {"desk": "4"})
    listed = program.list_turns().get_json()["turns"]
    assert [(turn["code"], turn["state"], turn["desk"]) for turn in listed][0] == ("A-001", "called", "4")
    assert not {"priority", "preferential", "needs", "language", "companions", "details"} & set(listed[0])
    assert "older_adult" not in program.list_turns().text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"point": "nowhere"}, "point"),
        ({"priority": ["rich"]}, "priority.0"),
        ({"priority": "pregnant"}, "priority"),
        ({"id": "A-001"}, "id"),
        ({"issued_at": "2017-08-09T08:30:00"}, "issued_at"),
        ({"companions": {"adults": -1}}, "companions.adults"),
        ({"name": "Yohana"}, "name"),
    ],
)
def test_what_is_wrong_names_its_field(program: Program, changes: dict[str, Any], field: str) -> None:
    reply = program.post("", {"id": str(new_id()), "point": POINT, "priority": [], **changes})
    assert reply.status_code == 422
    assert all(error["field"].startswith(field) for error in reply.get_json()["fields"])
    assert program.give()["code"] == "A-001"


def test_desks_and_turns_that_do_not_exist(program: Program) -> None:
    turn = program.give()["id"]
    reply = program.act(turn, "call", {"desk": "9"})
    assert (reply.status_code, reply.get_json()["fields"][0]["field"]) == (422, "desk")
    assert program.act(str(new_id()), "call", {"desk": "1"}).status_code == 404
    assert program.list_turns("nowhere").status_code == 422
    assert program.act(turn, "transfer", {"entity": "sena"}).status_code == 404


def test_a_token_of_another_scope_gives_no_turn(app: Flask, program: Program, bearer: Bearer) -> None:
    other = Program(app, bearer("intake"))
    assert other.post("", {"id": str(new_id()), "point": POINT, "priority": []}).status_code == 403
    assert other.list_turns().status_code == 403
