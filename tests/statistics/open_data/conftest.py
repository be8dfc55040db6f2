"""Released months, for the public pages and the catalogue."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from attention_point.foundation.settings import Settings
from attention_point.statistics.releases.models import Release
from tests.statistics.releases.publishing import SEPTEMBER, publish_month

AUGUST = date(2017, 8, 1)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An office to which a reader can write: without it the page is not served."""
    return replace(settings, contact="internacional@example.org")


@pytest.fixture
def months(app: Flask) -> list[Release]:
    """August, and September in two versions, the second of which is in force."""
    with app.extensions["database"].write_session() as session:
        made = [
            publish_month(session, 250, AUGUST),
            publish_month(session, 300, SEPTEMBER),
            publish_month(session, 310, SEPTEMBER, note="Faltaban visitas de un día."),
        ]
        session.expunge_all()
    return made
