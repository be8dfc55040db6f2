"""The directory's own files as the rules take them, without a database."""

from functools import cache
from typing import Any

import yaml

from attention_point.directory import queries
from attention_point.directory.service_rows import OfferRow, ServiceOfferRow
from attention_point.directory.snapshot import Directory, EntityRow
from attention_point.directory.validation.schemas import DirectoryFile
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
def directory() -> Directory:
    """The files as the directory holds them."""
    file = DirectoryFile.model_validate({**load("entities"), **load("services")})
    offers: dict[str, list[ServiceOfferRow]] = {}
    for offer in sorted(file.offers, key=lambda row: (row.service, row.order, row.entity, row.valid_from)):
        offers.setdefault(offer.service, []).append(ServiceOfferRow(**offer.build_columns()))
    stored = {"origin": "loaded", "version": 1}
    return Directory(
        entities={row.code: _entity_row(row.build_columns() | stored) for row in file.entities},
        services={
            row.code: queries.build_service_row(row.build_columns() | stored, tuple(offers.get(row.code, ())))
            for row in file.services
        },
        emergency_lines=(),
        points={},
        consent_texts={},
        places={},
    )


def _entity_row(columns: dict[str, Any]) -> EntityRow:
    return EntityRow(**{**columns, "withheld_fields": tuple(columns["withheld_fields"])})


def rows() -> tuple[OfferRow, ...]:
    """Every offer, on the days on which offer, service and entity are all valid."""
    return directory().offers


@cache
def offers() -> OfferIndex:
    """The index that an installation starts with."""
    return build_offer_index(rows())
