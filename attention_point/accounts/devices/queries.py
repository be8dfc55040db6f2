"""Queries of devices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from attention_point.accounts.devices.models import Device
from attention_point.foundation.database import PreparedStatement

# Prepared: this runs at every request of a kiosk or a screen.
_SELECT_BY_TOKEN = PreparedStatement(
    select(Device.id, Device.name, Device.point, Device.kind, Device.revoked_at, Device.last_contact_at).where(
        Device.token_digest == bindparam("digest")
    )
)

_SELECT_ADDED_AT = PreparedStatement(select(Device.added_at).where(Device.id == bindparam("device")))


class DeviceRow(NamedTuple):
    """The columns of a device that every request of it needs."""

    id: UUID
    name: str
    point: str
    kind: str
    revoked_at: datetime | None
    last_contact_at: datetime | None


def find_device_by_token(session: Session, token_digest: bytes) -> DeviceRow | None:
    """The device of a token by its digest, also a revoked one; or None."""
    row = next(iter(_SELECT_BY_TOKEN.execute(session, {"digest": token_digest})), None)
    return DeviceRow(*row) if row else None


def find_device_by_name(session: Session, name: str) -> Device | None:
    """The device in force of a name, or None."""
    return session.scalar(select(Device).where(Device.name == name, Device.revoked_at.is_(None)))


def get_device(session: Session, device_id: UUID | None) -> Device:
    """The device of an actor, which exists."""
    return session.get_one(Device, device_id)


def get_added_at(session: Session, device_id: UUID) -> datetime:
    """When a device that exists was added."""
    rows = _SELECT_ADDED_AT.execute(session, {"device": device_id})
    added_at: datetime = rows[0][0]
    return added_at


def list_devices(session: Session) -> Sequence[Device]:
    """Every device: those in force first, each by point and name. They are tens, not thousands."""
    return session.scalars(
        select(Device).order_by(Device.revoked_at.is_not(None), Device.point, Device.name, Device.added_at)
    ).all()


def list_point_names(session: Session) -> Mapping[str, str]:
    """The points of the directory: code → name in the reader's language."""
    # The directory stands above this room, so ``app.py`` puts its function into every session.
    names: Mapping[str, str] = session.info["point_names"](session)
    return names
