"""The floors: what no implementation can go below. A durable write, the bare rows, the smallest Flask POST."""

import json
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from flask import Flask, jsonify, request
from werkzeug.wrappers import Response

from bench.people import Draft
from bench.sealing import Sealer, build_tags, hash_journal_entry, seal_record, seal_rows

BLOCK = os.urandom(16 * 1024)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
SCHEMA = """
CREATE TABLE person (id BLOB PRIMARY KEY, wrapped BLOB NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE visit (id BLOB PRIMARY KEY, person BLOB NOT NULL REFERENCES person, at TEXT, point TEXT,
    sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE referral (id BLOB PRIMARY KEY, visit BLOB NOT NULL REFERENCES visit, entity TEXT, state TEXT,
    sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX referral_entity ON referral (entity, state);
CREATE TABLE tag (tag BLOB NOT NULL, person BLOB NOT NULL REFERENCES person, PRIMARY KEY (tag, person)) WITHOUT ROWID;
CREATE TABLE journal (seq INTEGER PRIMARY KEY, at TEXT, entry TEXT, hash BLOB NOT NULL);
"""


def open_bare_database(path: Path) -> sqlite3.Connection:
    """The same SQLite for every side: WAL, FULL, foreign keys."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def prepare_durable_write(folder: Path) -> Callable[[Draft], None]:
    """Append 16 KiB and wait until the disk has them."""
    handle = os.open(folder / "durable", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(_draft: Draft) -> None:
        os.write(handle, BLOCK)
        os.fdatasync(handle)

    return write


def prepare_bare_transaction(folder: Path) -> Callable[[Draft], None]:
    """One registration's rows by ``sqlite3`` alone, WAL and FULL, crypto included; a returning person is found."""
    connection = open_bare_database(folder / "bare.db")
    connection.executescript(SCHEMA)
    sealer = Sealer()
    head = bytes(32)

    def write(draft: Draft) -> None:
        nonlocal head
        run = connection.execute
        tags = build_tags(sealer, draft)
        run("BEGIN IMMEDIATE")
        row = run("SELECT id, wrapped FROM person JOIN tag ON person = id WHERE tag = ?", tags[:1]).fetchone()
        if row:
            person, cipher = row[0], sealer.open_key(*row)
        else:
            person = uuid4().bytes
            cipher, wrapped = sealer.new_key(person)
            run("INSERT INTO person VALUES (?, ?, ?)", (person, wrapped, seal_record(cipher, person, draft["person"])))
            connection.executemany("INSERT INTO tag VALUES (?, ?)", [(tag, person) for tag in tags])
        (visit, record), referrals = seal_rows(cipher, draft)
        run("INSERT INTO visit VALUES (?, ?, ?, ?, ?)", (visit, person, draft["attended_at"], draft["point"], record))
        connection.executemany(
            "INSERT INTO referral VALUES (?, ?, ?, 'created', ?)",
            [(referral, visit, entity, sealed) for referral, entity, sealed in referrals],
        )
        entry = json.dumps({"action": "visit.recorded", "visit": draft["id"], "referrals": len(referrals)})
        head = hash_journal_entry(head, entry.encode())
        run("INSERT INTO journal (at, entry, hash) VALUES (?, ?, ?)", (time.time(), entry, head))
        run("COMMIT")

    return write


def create_minimal_flask(_folder: Path) -> Flask:
    """The smallest Flask POST of the same values as JSON: read, answer, store nothing."""
    app = Flask("minimal")

    @app.post("/api/v1/visits")
    def add_visit() -> tuple[Response, int]:
        draft = request.get_json()
        return jsonify(id=draft["id"], reference="BGA-2017-000001", suggestions=draft["needs"]), 201

    return app
