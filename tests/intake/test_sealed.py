"""A stolen database tells nothing: two hundred planted values are looked for in every byte that the program leaves."""

import base64
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.foundation.database import Database, new_id
from attention_point.intake.draft import read_draft
from attention_point.intake.services import record_visit
from attention_point.people.models import Person
from tests.support.directory import load_shipped
from tests.support.pages import PageClient
from tests.support.postgres import Server
from tests.support.visits import AGENT, draft

PEOPLE = 25
PLANTED = 8  # values a person


# The beginning that all values of a kind share, and that nothing else has: looking for it finds any of them. Eight
# letters at least, or chance alone would find its base64 in so many sealed bytes.
STEMS = ("Canaria-", "Quixotez", "Wpinzonal", "+57 39077", "V7700455", "88991334", "Xilotepec", "1931-11-")


def planted(number: int) -> dict[str, str]:
    """Values of one invented person that occur nowhere else, in the order of the stems."""
    return {
        "given_names": f"Canaria-Zulimar{number:03d}",
        "surname_1": f"Quixotez{number:03d}a",
        "surname_2": f"Wpinzonal{number:03d}b",
        "phone": f"+57 39077{number:03d}41",
        "document": f"V7700455{number:02d}",
        "passport": f"88991334{number:02d}",
        "notes": f"Xilotepec{number:03d}, vereda",
        "birth_date": f"1931-11-{number + 1:02d}",
    }


def spelled(value: str) -> Iterator[bytes]:
    """A value in every spelling in which it could lie in a file."""
    for text in {value, value.upper(), value.lower()}:
        raw = text.encode()
        yield raw
        yield text.encode("utf-16-le")
        yield raw.hex().encode()
        for cut in range(3):  # base64 looks different by where the value begins in its group of three
            kept = raw[cut : cut + (len(raw) - cut) // 3 * 3]
            yield base64.b64encode(kept)


def bytes_of(path: Path) -> bytes:
    """A file's bytes; none for what is no file, or for a file of the running server that has just gone."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except FileNotFoundError:
        return b""


def leaks(content: bytes) -> list[str]:
    """The kinds of planted values that are found."""
    return [stem for stem in STEMS if any(spelling in content for spelling in spelled(stem))]


def visit_of(values: dict[str, str]) -> dict[str, Any]:
    """A draft that says all the planted values."""
    return draft(
        person={
            **{name: values[name] for name in ("given_names", "surname_1", "surname_2", "phone", "birth_date")},
            "documents": [
                {"type": "DE", "number": values["document"]},
                {"type": "PA", "number": values["passport"]},
            ],
        },
        notes=values["notes"],
        needs=["VBG", "EMP-SENA"],
    )


def test_no_planted_value_is_left_in_any_byte(
    app: Flask,
    bearer: Callable[..., dict[str, str]],
    database_url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    header, client = bearer("intake"), PageClient(app, app.response_class)
    values = [value for number in range(PEOPLE) for value in planted(number).values()]
    assert len(set(values)) == PEOPLE * PLANTED == 200
    for number in range(PEOPLE):
        one = planted(number)
        assert client.post("/api/v1/visits", json=visit_of(one), headers=header).status_code == 201
        wrong = {**visit_of(one), "attended_at": one["notes"]}
        assert client.post("/api/v1/visits", json=wrong, headers=header).status_code == 422
        name = f"{one['given_names']} {one['surname_1']} {one['birth_date'][:4]}"
        for typed in (one["document"], name, one["phone"], one["surname_1"][:-2]):
            found = client.post("/api/v1/people/search", json={"q": typed}, headers=header).get_json()
            assert found["people"][0]["surname_1"] == one["surname_1"]
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    if database_url.startswith("postgresql"):
        server: Server = request.getfixturevalue("postgresql_server")
        # os.walk passes over a folder that goes meanwhile: other tests drop their databases beside this one.
        walk = os.walk(server.folder)
        content += b"".join(bytes_of(Path(folder, name)) for folder, _folders, names in walk for name in names)
    out, err = capfd.readouterr()
    content += (out + err + caplog.text).encode()
    assert len(content) > 100_000
    assert leaks(content) == []


def test_the_scan_would_find_a_leak() -> None:
    for stem, value in zip(STEMS, planted(1).values(), strict=True):
        assert value.startswith(stem)
        for spelling in spelled(value):
            assert stem in leaks(b"before" + spelling + b"after")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_erased_by_an_edit_is_gone_from_the_file(database: Database, tmp_path: Path) -> None:
    """``secure_delete`` and a checkpoint leave no old copy of a sealed record."""
    with database.write_session() as session:
        made = draft()
        load_shipped(session)
        record_visit(session, AGENT, read_draft(made))
        old = session.execute(select(Person.sealed)).scalar_one()
    with database.write_session() as session:
        again = {**draft(), "person": {**made["person"], "phone": f"+57 {new_id().int % 10**9}"}}
        record_visit(session, AGENT, read_draft(again))
    database.close()
    raw = sqlite3.connect(database.url.database or "")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert old is not None
    assert bytes(old) not in content
