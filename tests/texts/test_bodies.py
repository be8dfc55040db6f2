"""Hostile texts in what programs send: 422, the field named, nothing stored."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.access.callers import Bearer
from tests.support.pages import PageClient
from tests.support.visits import draft, person, recorded
from tests.texts.hostile import HOSTILE, SURROGATE, kinds, stored

MORE = {"surrogate": SURROGATE, "long": "x" * 100_000}
TEXTS = {**HOSTILE, **MORE}


def whole_draft() -> dict[str, Any]:
    """A visit with every text field filled."""
    return draft(
        person={**person(), "gender": "cis", "origin": "VE-S", "intention": "stay"},
        household={"adults": 1, "accompanied_by": "parents"},
        vulnerabilities=["pregnant"],
        facts={"complained_of": "dane"},
        notes="Una nota",
        refer=["MIG-REG"],
        entities={"MIG-REG": "migracion-colombia"},
        declined=[{"service": "EMP-SENA", "reason": "No quiere"}],
    )


def texts_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all texts in a body."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from texts_of(part, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from texts_of(part, (*path, number))
    elif isinstance(value, str):
        yield path


def replaced(value: Any, path: tuple[str | int, ...], text: str) -> Any:
    """The body with another text at a path."""
    if not path:
        return text
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], text)
    return copy


def test_a_hostile_text_of_a_visit_is_named(app: Flask, client: PageClient, bearer: Bearer) -> None:
    headers, body = bearer("intake"), whole_draft()
    before, wrong = stored(app.extensions["database"]), {}
    for number, path in enumerate(texts_of(body)):
        for kind, text in {**kinds(app.extensions["database"], number), **MORE}.items():
            reply = client.post("/api/v1/visits", json=replaced(body, path, text), headers=headers)
            name = ".".join(str(part) for part in path)
            faults = (reply.json or {}).get("fields", [])
            named = any(error["field"] == name and error["message"] for error in faults)
            if reply.status_code != 422 or not named:
                wrong[f"{name} {kind}"] = reply.status_code, faults
    assert wrong == {}
    assert stored(app.extensions["database"]) == before


def test_a_hostile_key_is_shown_without_harm(app: Flask, client: PageClient, bearer: Bearer) -> None:
    headers = bearer("intake")
    for text in TEXTS.values():
        reply = client.post("/api/v1/visits", json={**draft(), text[:60]: "1"}, headers=headers)
        assert reply.status_code == 422
        assert "\x00" not in str(reply.json)


@pytest.mark.parametrize("field", ["state", "reason", "note"])
def test_a_hostile_answer_is_named(app: Flask, client: PageClient, bearer: Bearer, field: str) -> None:
    headers = bearer("referrals", "sena")
    with app.extensions["database"].write_session() as session:
        recorded(session)
    referral = client.get("/api/v1/referrals", headers=headers).json["referrals"][0]  # type: ignore[index]
    before = stored(app.extensions["database"])
    answer = {"state": "rejected", "version": referral["version"], "reason": "No hay cupo", "note": "Otra vez"}
    for kind, text in TEXTS.items():
        address = f"/api/v1/referrals/{referral['id']}/answer"
        reply = client.post(address, json={**answer, field: text}, headers=headers)
        assert reply.status_code == 422, kind
        assert [error["field"] for error in (reply.json or {})["fields"]] == [field], kind
    assert stored(app.extensions["database"]) == before
