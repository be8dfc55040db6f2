"""Maps of services and confirmed places that tests need."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory.models import Place
from attention_point.directory.revision import increase_revision
from attention_point.directory.services import build_confirmation

# Of the shape in which the GIFMM publishes its points: a shelter, the same one twice, one closed, one elsewhere.
MAP: dict[str, Any] = {
    "points": [
        {
            "id": "11",
            "name": "Albergue Uno",
            "state": "Activo",
            "department": "Santander",
            "municipality": "Bucaramanga",
            "address": "Calle 10 # 20-30",
            "phone": "607 222 0000",
            "services": ["Alojamiento", "Kits de higiene"],
        },
        {
            "id": "12",
            "name": "Albergue Dos",
            "state": "Activo",
            "department": "Santander",
            "municipality": "Girón",
            "services": ["Alimentación"],
        },
        {
            "id": "13",
            "name": "El albergue uno",
            "state": "Activo",
            "department": "Santander",
            "municipality": "Bucaramanga",
            "address": "Cl 10 # 20-30",
            "services": ["Alojamiento"],
        },
        {
            "id": "14",
            "name": "Comedor",
            "state": "Inactivo",
            "department": "Santander",
            "municipality": "Bucaramanga",
            "services": [],
        },
        {
            "id": "15",
            "name": "Otro",
            "state": "Activo",
            "department": "Norte de Santander",
            "municipality": "Cúcuta",
            "services": [],
        },
    ]
}


def confirm_all_but(session: Session, entities: set[str]) -> None:
    """Confirm each place today, those of some entities excepted."""
    for place in session.scalars(select(Place).where(Place.entity.not_in(entities))):
        place.phone = place.phone or "607 000 0000"
        for name, value in build_confirmation("system", None).items():
            setattr(place, name, value)
    increase_revision(session)
