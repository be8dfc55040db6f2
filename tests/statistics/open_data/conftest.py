"""Released months, for the public pages and the catalogue."""

from datetime import date

import pytest
from flask import Flask

from attention_point.statistics.releases.models import Release
from tests.statistics.releases.publishing import SEPTEMBER, publish_month

AUGUST = date(2017, 8, 1)


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
