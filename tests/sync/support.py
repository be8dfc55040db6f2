"""A device that seals what it keeps and sends it, as a program or as a browser with an agent."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.accounts.devices.device_requests import DEVICE_COOKIE_NAMES
from attention_point.foundation import clock
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.vault import seal_envelope
from attention_point.sync.models import Capture
from tests.accounts.devices.support import bearer_of, enrol
from tests.support.pages import PageClient

OUTBOX = "/api/v1/outbox"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


class Device:
    """An enrolled device. As a program it sends its bearer token; ``browser`` is a client with its cookie."""

    def __init__(self, app: Flask, kind: str = "tablet", name: str = "Tableta 1") -> None:
        self.app, self.database = app, app.extensions["database"]
        self.token = enrol(self.database, name, kind)
        self.program = PageClient(app, app.response_class)
        self.headers = bearer_of(self.token)
        key = self.program.get("/api/v1/points/bucaramanga/key", headers=self.headers).get_json()
        self.key_id, self.public = key["id"], b64decode(key["public"])
        self.sequence = 0

    def enrolled(self, client: PageClient) -> PageClient:
        """A browser, signed in or not, that is this device from now on."""
        client.set_cookie(DEVICE_COOKIE_NAMES[False], self.token)
        return client

    def envelope(self, content: Any, captured_at: datetime | None = None, **changes: Any) -> dict[str, Any]:
        """A sealed capture, ready to be sent."""
        self.sequence += 1
        sealed = seal_envelope(self.public, json.dumps(content).encode())
        return {
            "id": str(new_id()),
            "sequence": self.sequence,
            "captured_at": (captured_at or clock.now()).isoformat(),
            "key": self.key_id,
            "sealed": b64encode(sealed).decode(),
            **changes,
        }

    def send(self, envelope: Mapping[str, Any]) -> TestResponse:
        """Send it as a program."""
        return self.program.post(OUTBOX, json=envelope, headers=self.headers)

    def send_together(self, *envelopes: Mapping[str, Any]) -> TestResponse:
        """Send them as a program in one request."""
        return self.program.post(f"{OUTBOX}/batch", json={"captures": envelopes}, headers=self.headers)


def send_from(client: PageClient, envelope: Mapping[str, Any]) -> TestResponse:
    """Send it as the page's script does, which has no token of a form."""
    return client.post(OUTBOX, json=envelope, headers=SAME_ORIGIN)


def captures(database: Database) -> list[Capture]:
    """Every capture, in the order of arrival."""
    with database.read_session() as session:
        return list(session.scalars(select(Capture).order_by(Capture.received_at, Capture.sequence)))


def states(database: Database) -> list[str]:
    """The states of the captures, in the order of arrival."""
    return [capture.state for capture in captures(database)]


def form_fields(**changes: str) -> list[list[str]]:
    """The desk's form as an agent fills it in on a tablet without network, everybody allowed to be referred."""
    now = clock.to_local_time(clock.now())
    fields = {
        "id": str(new_id()),
        "point": "bucaramanga",
        "attended_on": f"{now:%d/%m/%Y}",
        "attended_time": f"{now:%H:%M}",
        "given_names": "Yohana Patricia",
        "surname_1": f"Velásquez {uuid4().hex[:6]}",
        "birth_date": "17/03/1991",
        "sex": "F",
        "nationality": "Venezuela",
        "documents-0-type": "PA",
        "documents-0-number": f"{new_id().int % 10**9:09d}",
        "needs": "EMP-SENA",
        "attention": "yes",
        "text_version": "2017-08",
        "text_language": "es",
        "suggested-0": "EMP-SENA",
        "decision-0-EMP-SENA": "refer",
        "entity-0-EMP-SENA": "sena",
        **changes,
    }
    return [[name, value] for name, value in fields.items()]
