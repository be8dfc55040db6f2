"""The point whose day is drawn: its directory, its staff and no visitor yet, at a moment that stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.accounts import services as account_services
from attention_point.accounts.devices import services as device_services
from attention_point.app import create_app
from attention_point.directory.models import Point
from attention_point.directory.queries import list_entity_names, list_point_names
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.settings import DEMO_MARKER_FILE, read_settings
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.queries import list_hidden_visits
from attention_point.turns.desks.desk_services import create_first_desks
from tests.accounts.support import password_hash
from tests.support.directory import load_shipped
from tests.support.server import serve

POINT = "bucaramanga"
ENTITY = "sena"
STAFF = {
    "supervisor": ("supervisor", "Hernando Galvis", None),
    "agent": ("agent", "Yaneth Rueda", None),
    "agent2": ("agent", "Edinson Mantilla", None),
    "agent3": ("agent", "Carolina Uribe", None),
    "entity": ("entity", "Marcela Pinto", ENTITY),
    "admin": ("admin", "Laura Camargo", None),
}
"""Invented people of the staff: the name of the account → role, name and entity."""


class PointClock:
    """The clock on the wall of the point: it stands until somebody sets it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """What ``clock.now`` answers, in every thread of the server."""
        return self.moment.astimezone(UTC)


@contextmanager
def open_point(folder: Path, point_clock: PointClock) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the point; gives its address, and the code with which the kiosk and the screen are enrolled."""
    settings = read_settings({"ATTENTION_POINT_INSTANCE": str(folder)})
    with patch.object(clock, "now", point_clock):
        Keyring.create(settings.keyring)
        migrations.upgrade_database(settings.database_url)
        vault = Vault(Keyring.load(settings.keyring))
        names = {
            "vault": vault,
            "entity_names": list_entity_names,
            "point_names": list_point_names,
            "hidden_visits": list_hidden_visits,
        }
        database = Database(settings.database_url, names)
        with database.write_session() as session:
            codes = _furnish_point(session)
        database.close()
        (folder / DEMO_MARKER_FILE).touch()
        app = create_app(read_settings({"ATTENTION_POINT_INSTANCE": str(folder)}))
        with serve(app, threads=8) as address:
            yield address, codes
        app.extensions["database"].close()


def _furnish_point(session: Session) -> dict[str, str]:
    load_shipped(session)
    create_first_desks(session)
    for name, (role, person, entity) in STAFF.items():
        account = account_services.NewAccount(f"{name}@example.org", person, role, entity)
        account_services.add_account(session, SYSTEM, account, password_hash(), must_change=False)
    address = {"es": "Carrera 11 # 34-16, Bucaramanga", "en": "Carrera 11 # 34-16, Bucaramanga"}
    hours = {"es": "Lunes a viernes, 7:30 a. m. a 5:00 p. m.", "en": "Monday to Friday, 7:30 a.m. to 5:00 p.m."}
    session.execute(
        update(Point).values(address=address, hours=hours, phone="607 555 0100", print_format="half_letter")
    )
    codes = {}
    for kind, name in (("kiosk", "Quiosco de la entrada"), ("screen", "Pantalla de la sala")):
        device = device_services.NewDevice(name, POINT, kind)
        codes[kind] = device_services.add_device(session, SYSTEM, device).enrolment_code
    return codes
