"""The directory's own files as the rules take them, without a database."""

from datetime import date
from functools import cache
from typing import Any

import yaml

from attention_point.directory.rows import DocumentRow, OfferRow
from attention_point.foundation import paths
from attention_point.routing.offers import Offers
from attention_point.routing.queries import index

DATA = paths.PACKAGE / "directory" / "data"


@cache
def load(name: str) -> dict[str, Any]:
    """One of the directory's files."""
    document: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return document


@cache
def rows() -> tuple[OfferRow, ...]:
    """Every offer, on the days on which offer, service and entity are all valid."""
    services = {service["code"]: service for service in load("services")["services"]}
    entities = {entity["code"]: entity for entity in load("entities")["entities"]}
    return tuple(
        _row(offer, services[offer["service"]], entities[offer["entity"]])
        for offer in load("services")["offers"]
        if entities[offer["entity"]]["receives_referrals"]
    )


def _row(offer: dict[str, Any], service: dict[str, Any], entity: dict[str, Any]) -> OfferRow:
    dated = (offer, service, entity)
    ends: list[date] = [each["valid_to"] for each in dated if each["valid_to"] is not None]
    return OfferRow(
        service=service["code"],
        need=service["need"],
        entity=entity["code"],
        order=offer["order"],
        documents=tuple(DocumentRow(**document) for document in service["documents"]),
        documents_none=service["documents_none"],
        restricted=service["restricted"],
        valid_from=max(each["valid_from"] for each in dated),
        valid_to=min(ends) if ends else None,
    )


@cache
def offers() -> Offers:
    """The index that an installation starts with."""
    return index(rows())
