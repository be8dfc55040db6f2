"""The index is built once for each change of the directory."""

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy.orm import Session

from attention_point.directory.service_rows import OfferRow
from attention_point.directory.snapshot import Directory
from attention_point.routing import queries
from tests.routing.directory_data import rows

ANY = cast(Session, None)  # the directory is stood in for, so no session is used


def stand_in(offers: tuple[OfferRow, ...]) -> Directory:
    """A directory of these offers."""
    services = {row.service: row.service for row in offers}
    return cast(Directory, SimpleNamespace(offers=offers, services=services))


def test_index_is_kept_until_the_directory_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = stand_in(rows())
    monkeypatch.setattr(queries, "get_directory", lambda _session: whole)
    first = queries.get_offer_index(ANY)
    assert queries.get_offer_index(ANY) is first
    fewer = stand_in(tuple(row for row in rows() if row.entity != "pastoral-social"))
    monkeypatch.setattr(queries, "get_directory", lambda _session: fewer)
    second = queries.get_offer_index(ANY)
    assert second is not first
    assert second.rule_set != first.rule_set
    assert second.offers_on_day(date(2017, 8, 9))["HUMAN"][0].entity == "cruz-roja"
