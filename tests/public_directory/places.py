"""A directory with places about which everything is known, as an office fills it in."""

from datetime import date

from flask import Flask
from sqlalchemy import update

from attention_point.directory.models import Place
from attention_point.directory.revision import increase_revision
from tests.support.directory import load_shipped

PLACE = {
    "name": {"es": "Sede Centro", "en": "Centre office"},
    "address": {"es": "Calle 35 # 10-43", "en": "Calle 35 # 10-43"},
    "landmark": {"es": "Frente al parque García Rovira", "en": "Opposite García Rovira park"},
    "neighbourhood": "García Rovira",
    "municipality": "68001",
    "hours": [
        {"weekday": weekday, "opens_at": opens_at, "closes_at": closes_at}
        for weekday in range(1, 6)
        for opens_at, closes_at in (("08:00", "12:00"), ("14:00", "17:00"))
    ],
    "holidays": "closed",
    "appointment": "required",
    "appointment_note": {"es": "Pídala por WhatsApp.", "en": "Ask for it by WhatsApp."},
    "is_free": True,
    "phone": "607 633 7000",
    "whatsapp": "+57 300 123 4567",
    "email": "atencion@example.org",
    "website": "www.example.org",
    "latitude": 7.1193,
    "longitude": -73.1227,
    "confirmed_on": date(2026, 11, 1),
    "confirmed_by": "account:somebody",
    "verified": True,
}


def fill_places(app: Flask, *ids: str) -> None:
    """Load the shipped directory, and fill in some of its places."""
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
        session.execute(update(Place).where(Place.id.in_(ids)).values(**PLACE))
        increase_revision(session)
