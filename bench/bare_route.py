"""A bare Flask route that writes the same sealed rows by SQLAlchemy Core.

No sign-in, no CSRF, no validation, no rules, no counting, no journal: what someone in a hurry would write.
"""

from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask, jsonify, request
from sqlalchemy import Column, ForeignKey, LargeBinary, MetaData, String, Table, create_engine, event, insert, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from werkzeug.wrappers import Response

from bench.sealing import Sealer, rows_of, seal_record, tags_of

METADATA = MetaData()
PERSON = Table(
    "person",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
TAG = Table(
    "tag",
    METADATA,
    Column("tag", LargeBinary, primary_key=True),
    Column("person", ForeignKey(PERSON.c.id), primary_key=True),
)
VISIT = Table(
    "visit",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("person", ForeignKey(PERSON.c.id), nullable=False),
    Column("at", String),
    Column("point", String),
    Column("sealed", LargeBinary, nullable=False),
)
REFERRAL = Table(
    "referral",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("visit", ForeignKey(VISIT.c.id), nullable=False),
    Column("entity", String, index=True),
    Column("state", String),
    Column("sealed", LargeBinary, nullable=False),
)


def durable(connection: DBAPIConnection, _record: object) -> None:
    """The same SQLite for every side: WAL, FULL, foreign keys."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def bare_route(folder: Path) -> Flask:
    """The application on a database of its own."""
    engine = create_engine(f"sqlite:///{folder / 'bare-route.db'}")
    event.listen(engine, "connect", durable)
    METADATA.create_all(engine)
    sealer = Sealer()
    app = Flask("bare")

    @app.post("/api/v1/visits")
    def visits() -> tuple[Response, int]:
        draft = request.get_json()
        tags = tags_of(sealer, draft)
        with engine.begin() as connection:
            find = select(PERSON.c.id, PERSON.c.wrapped).join(TAG).where(TAG.c.tag == tags[0])
            found = connection.execute(find).first()
            if found:
                person, cipher = found.id, sealer.open_key(found.id, found.wrapped)
            else:
                person = uuid4().bytes
                cipher, wrapped = sealer.new_key(person)
                sealed = seal_record(cipher, person, draft["person"])
                connection.execute(insert(PERSON).values(id=person, wrapped=wrapped, sealed=sealed))
                connection.execute(insert(TAG), [{"tag": tag, "person": person} for tag in tags])
            (visit, record), referrals = rows_of(cipher, draft)
            connection.execute(
                insert(VISIT).values(
                    id=visit, person=person, at=draft["attended_at"], point=draft["point"], sealed=record
                )
            )
            connection.execute(
                insert(REFERRAL),
                [
                    {"id": row, "visit": visit, "entity": entity, "state": "created", "sealed": sealed}
                    for row, entity, sealed in referrals
                ],
            )
        return jsonify(id=draft["id"], referrals=[str(UUID(bytes=row)) for row, *_ in referrals]), 201

    return app
