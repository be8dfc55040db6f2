"""Whatever arrives, in whatever order and however often: captured = recorded + review + refused (SECURITY row 37)."""

from collections import Counter

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from attention_point.accounts.models import Account
from attention_point.foundation.database import Database
from attention_point.intake.models import Visit
from attention_point.sync.models import Capture
from tests.support.visits import draft
from tests.sync.support import Device, form_fields

KINDS = ("good", "wrong", "damaged", "form", "ticketless", "same visit")
STATES = {"good": "recorded", "wrong": "refused", "damaged": "damaged", "form": "recorded", "ticketless": "review"}
Steps = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 3)), min_size=1, max_size=6)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=Steps, order=st.randoms(use_true_random=False), number=st.sampled_from([1, 4]))
def test_nothing_is_lost_and_nothing_comes_twice(
    app: Flask, database: Database, steps: list, order: object, number: int
) -> None:
    kiosk, tablet = _find_devices(app)
    same, envelopes = draft(), []
    for kind, times in steps:
        device = kiosk if kind == "ticketless" else tablet
        content = {
            "wrong": draft(needs=["NO-SUCH"]),
            "form": {"form": form_fields()},
            "ticketless": {"form": form_fields()},
            "same visit": same,
        }.get(kind, draft())
        envelope = device.envelope(content)
        if kind == "damaged":
            envelope["sealed"] = envelope["sealed"][:-8]
        envelopes += [(device, envelope, kind)] * times
    order.shuffle(envelopes)  # type: ignore[attr-defined]
    before = _count_visits(database)
    for sender in (tablet, kiosk):
        sent = [envelope for device, envelope, _kind in envelopes if device is sender]
        for first in range(0, len(sent), number):
            assert set(_send(sender, sent[first : first + number])) <= {200, 201, 409, 422}
    expected = {envelope["id"]: kind for _device, envelope, kind in envelopes}
    with database.read_session() as session:
        rows = session.scalars(select(Capture)).all()
    kept = {str(row.id): row for row in rows if str(row.id) in expected}
    assert kept.keys() == expected.keys()
    for capture_id, kind in expected.items():
        assert kept[capture_id].state == STATES.get(kind, "recorded"), kind
        assert (kept[capture_id].sealed is None) is (kept[capture_id].state == "recorded")
    kinds = Counter(expected.values())
    # One visit that several captures brought is one visit.
    assert _count_visits(database) - before == kinds["good"] + kinds["form"] + bool(kinds["same visit"])


def _send(device: Device, envelopes: list) -> list[int]:
    if len(envelopes) == 1:
        return [device.send(envelopes[0]).status_code]
    return [result["status"] for result in device.send_together(*envelopes).get_json()["results"]]


def _find_devices(app: Flask) -> tuple[Device, Device]:
    """Made once a database: Hypothesis runs many examples on it."""
    if "devices_of_test" not in app.extensions["database"].info:
        made = Device(app, "kiosk", "Quiosco"), Device(app)
        app.extensions["database"].info["devices_of_test"] = made
    devices: tuple[Device, Device] = app.extensions["database"].info["devices_of_test"]
    return devices


def _count_visits(database: Database) -> int:
    with database.read_session() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 0
        return session.scalar(select(func.count()).select_from(Visit)) or 0
