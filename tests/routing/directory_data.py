"""The directory's own files as the rules take them, without a database."""

from datetime import date
from functools import cache
from typing import Any

import yaml

from attention_point.directory.snapshot import AcceptedDocumentRow, OfferRow
from attention_point.foundation import paths
from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.queries import build_offer_index

DATA = paths.PACKAGE_FOLDER / "directory" / "data"


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
    ends: list[date] = [row["valid_to"] for row in dated if row["valid_to"] is not None]
    return OfferRow(
        service=service["code"],
        need=service["need"],
        entity=entity["code"],
        order=offer["order"],
        documents=tuple(AcceptedDocumentRow(**document) for document in service["documents"]),
        documents_none=service["documents_none"],
        restricted=service["restricted"],
        valid_from=max(row["valid_from"] for row in dated),
        valid_to=min(ends) if ends else None,
    )


@cache
def offers() -> OfferIndex:
    """The index that an installation starts with."""
    return build_offer_index(rows())
