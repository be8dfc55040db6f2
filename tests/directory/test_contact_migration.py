"""The migration that makes places: what the office typed of an entity becomes its first place, and comes back."""

import json
from contextlib import closing
from datetime import date

from sqlalchemy import select, text

from attention_point.directory.models import Place
from attention_point.foundation.database import Database, migrations
from tests.foundation.database.test_migrations import downgrade, empty_url

__all__ = ["empty_url"]  # a fixture

AFTER = "0040"
ENTITY = text(
    "INSERT INTO directory_entity (code, kind, name, short, description, desk_2017, receives_referrals, address, hours,"
    " phone, confirmed_on, verified, valid_from, origin, version) VALUES (:code, 'national', '{}', '{}', '{}', false,"
    " true, :address, :hours, :phone, :confirmed_on, false, '2017-01-01', 'edited', 3)"
)
ADDRESS, HOURS = {"es": "Calle 1", "en": "Street 1"}, {"es": "De 8 a 12", "en": "8 to 12"}
KNOWN = {
    **{"code": "icbf", "address": json.dumps(ADDRESS), "hours": json.dumps(HOURS)},
    **{"phone": "607 1", "confirmed_on": date(2017, 8, 9)},
}


def test_contact_data_become_the_first_place_and_come_back(empty_url: str) -> None:
    migrations.upgrade_database(empty_url, f"{AFTER}-1")
    with closing(Database(empty_url)) as database:
        with database.write_session() as session:
            session.execute(ENTITY, [KNOWN, {**dict.fromkeys(KNOWN), "code": "sena"}])
        migrations.upgrade_database(empty_url, AFTER)
        with database.read_session() as session:
            # The table alone: a later migration may add columns to the others.
            place = session.scalars(select(Place)).one()
        assert (place.id, place.address, place.hours, place.hours_note) == ("icbf", ADDRESS, [], HOURS)
        assert (place.phone, place.confirmed_on, place.origin) == ("607 1", date(2017, 8, 9), "edited")
        downgrade(database, "-1")
        with database.read_session() as session:
            rows = session.execute(text("SELECT code, phone, confirmed_on FROM directory_entity ORDER BY code")).all()
        assert [(row.code, row.phone) for row in rows] == [("icbf", "607 1"), ("sena", None)]
