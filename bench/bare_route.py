"""A bare Flask route that writes the same sealed rows by SQLAlchemy Core.

No sign-in, no CSRF, no validation, no rules, no counting, no journal: what someone in a hurry would write.
"""

from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask, jsonify, request
from sqlalchemy import MetaData, create_engine, insert, select
from werkzeug.wrappers import Response

from bench.floors import SCHEMA, open_bare_database
from bench.sealing import Sealer, build_tags, seal_record, seal_rows


def create_bare_route(folder: Path) -> Flask:
    """The application on a database of its own, with the tables of the floor."""
    path = folder / "bare-route.db"
    engine = create_engine(f"sqlite:///{path}", creator=lambda: open_bare_database(path))
    open_bare_database(path).executescript(SCHEMA)
    metadata = MetaData()
    metadata.reflect(engine)
    person_table, tag_table, visit_table, referral_table = (
        metadata.tables[name] for name in ("person", "tag", "visit", "referral")
    )
    sealer = Sealer()
    app = Flask("bare")

    @app.post("/api/v1/visits")
    def add_visit() -> tuple[Response, int]:
        draft = request.get_json()
        tags = build_tags(sealer, draft)
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN")  # the driver was told to begin nothing by itself
            query = select(person_table.c.id, person_table.c.wrapped).join(tag_table).where(tag_table.c.tag == tags[0])
            row = connection.execute(query).first()
            if row:
                person, cipher = row.id, sealer.open_key(row.id, row.wrapped)
            else:
                person = uuid4().bytes
                cipher, wrapped = sealer.new_key(person)
                sealed = seal_record(cipher, person, draft["person"])
                connection.execute(insert(person_table).values(id=person, wrapped=wrapped, sealed=sealed))
                connection.execute(insert(tag_table), [{"tag": tag, "person": person} for tag in tags])
            (visit, record), referrals = seal_rows(cipher, draft)
            connection.execute(
                insert(visit_table).values(
                    id=visit, person=person, at=draft["attended_at"], point=draft["point"], sealed=record
                )
            )
            connection.execute(
                insert(referral_table),
                [
                    {"id": referral, "visit": visit, "entity": entity, "state": "created", "sealed": sealed_referral}
                    for referral, entity, sealed_referral in referrals
                ],
            )
        return jsonify(id=draft["id"], referrals=[str(UUID(bytes=referral)) for referral, *_ in referrals]), 201

    return app
