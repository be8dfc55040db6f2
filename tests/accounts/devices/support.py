"""Enrolled devices, and browsers and programs that are them."""

from flask import Flask

from attention_point.accounts.devices import services
from attention_point.accounts.devices.device_requests import DEVICE_COOKIE_NAMES
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from tests.support.directory import load_shipped
from tests.support.pages import PageClient

POINT = "bucaramanga"


def add_device(database: Database, name: str = "Tableta 1", kind: str = "tablet") -> services.DeviceCodes:
    """A device that waits for its code to be typed."""
    with database.write_session() as session:
        load_shipped(session)
        return services.add_device(session, SYSTEM, services.NewDevice(name, POINT, kind))


def enrol(database: Database, name: str = "Tableta 1", kind: str = "tablet") -> str:
    """The token of a new enrolled device."""
    return services.enrol_device(database, add_device(database, name, kind).enrolment_code, "192.0.2.9").token


def bearer_of(token: str) -> dict[str, str]:
    """The header of a program that is a device."""
    return {"Authorization": f"Bearer {token}"}


def browser_of(app: Flask, token: str) -> PageClient:
    """A browser that was enrolled as a device."""
    client = PageClient(app, app.response_class)
    client.set_cookie(DEVICE_COOKIE_NAMES[False], token)
    return client


def revoke(database: Database, name: str = "Tableta 1") -> None:
    """Revoke the device of a name."""
    with database.write_session() as session:
        services.revoke_device(session, SYSTEM, name)
