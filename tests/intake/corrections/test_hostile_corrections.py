"""Whatever a program sends as a correction: it is corrected, or refused by the name of the field."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, seed, settings
from sqlalchemy import select

from attention_point.intake.models import Visit
from tests.intake.test_hostile_bodies import full, spoiled
from tests.support.directory import load_shipped
from tests.support.pages import PageClient

Bearer = Callable[..., dict[str, str]]
Send = Callable[[dict[str, Any]], list[int]]


@pytest.fixture
def send(app: Flask, bearer: Bearer) -> Send:
    """Sends fields as a correction of a visit, and those of its person as one of the person; gives both statuses."""
    client, header = PageClient(app, app.response_class), bearer("intake")
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
    assert client.post("/api/v1/visits", json=full(), headers=header).status_code == 201
    with app.extensions["database"].read_session() as session:
        visit, person = session.execute(select(Visit.id, Visit.person_id)).one()

    def correct(fields: dict[str, Any]) -> list[int]:
        bodies: dict[str, dict[str, Any]] = {
            f"visits/{visit}": {"draft": fields},
            f"people/{person}": {"person": fields.get("person")},
        }
        return [
            client.post(f"/api/v1/{address}/corrections", json={"reason": "x", **body}, headers=header).status_code
            for address, body in bodies.items()
        ]

    return correct


@pytest.mark.parametrize(
    "fields",
    [
        {"person": {"documents": 3}},
        {"person": {"documents": [None, "PA", 1.5, ["PA"], {"type": []}, {"type": "PA", "number": 5}]}},
        {"person": {"documents": [{"type": "PA", "number": str(number)} for number in range(2000)]}},
        {"person": {"status": "\ud800"}},
        {"person": "\ud800"},
        {"needs": ["\ud800"]},
    ],
)
def test_what_nothing_has_read_yet_is_refused(send: Send, fields: dict[str, Any]) -> None:
    statuses = send(fields)
    assert 422 in statuses
    assert set(statuses) <= {200, 422}


@pytest.mark.slow
def test_no_body_breaks_a_correction(send: Send) -> None:
    seen: set[int] = set()

    @seed(2017)
    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(spoiled())
    def correct(made: Any) -> None:
        if isinstance(made, dict):
            made.pop("id", None)
            seen.update(send(made))

    correct()
    assert seen <= {200, 409, 422}  # 409: corrected so before, and otherwise since
    assert 200 in seen
    assert 422 in seen
