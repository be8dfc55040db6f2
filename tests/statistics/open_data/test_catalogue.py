"""The machine-readable catalogue: what DCAT-AP requires, and that it says the truth about the files."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from attention_point.foundation.settings import Settings
from attention_point.statistics.open_data import files
from attention_point.statistics.releases.models import Release
from tests.support.pages import PageClient

# The catalogue reads one row by its key; that both engines keep it is for the tests of the release.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def catalogue(client: PageClient) -> dict[str, Any]:
    """The catalogue as a program reads it."""
    reply = client.get("/open-data/catalog.jsonld")
    assert reply.mimetype == "application/ld+json"
    found: dict[str, Any] = json.loads(reply.data)
    return found


# What DCAT-AP 3 wants of each class, and what open data here adds.
REQUIRED = {
    "dcat:Catalog": {"dct:title", "dct:description", "dct:publisher", "dcat:dataset", "dct:license", "dct:spatial"},
    "dcat:DatasetSeries": {"dct:title", "dct:description", "dct:publisher", "dct:accrualPeriodicity"},
    "dcat:Dataset": {
        "dct:title", "dct:description", "dct:publisher", "dcat:contactPoint", "dct:spatial", "dct:temporal",
        "dct:accrualPeriodicity", "dct:issued", "dcat:distribution", "dcat:version", "dcat:inSeries",
    },
    "dcat:Distribution": {
        "dcat:accessURL", "dcat:downloadURL", "dct:license", "dcat:mediaType", "dct:format", "dcat:byteSize",
        "spdx:checksum",
    },
}  # fmt: skip


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the catalogue."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def test_the_catalogue_has_what_dcat_requires(client: PageClient, months: list[Release]) -> None:
    found = catalogue(client)
    seen = []
    for node in nodes({name: value for name, value in found.items() if name != "@context"}):
        seen.append(node.get("@type"))
        assert REQUIRED.get(str(node.get("@type")), set()) <= set(node), node.get("@id")
        for name in node:
            prefix, _colon, _rest = name.partition(":")
            assert name.startswith("@") or prefix in found["@context"]
    assert [seen.count(kind) for kind in REQUIRED] == [1, 1, 2, 2 * len(files.FILE_FORMATS)]


def test_every_reference_of_the_catalogue_is_defined_or_leads_elsewhere(
    client: PageClient, months: list[Release]
) -> None:
    found = catalogue(client)
    defined = {node["@id"] for node in nodes(found) if "@id" in node and len(node) > 1}
    references = [str(node["@id"]) for node in nodes(found) if set(node) == {"@id"}]
    inner_references = {reference for reference in references if reference.startswith("/open-data/#")}
    assert inner_references
    assert inner_references <= defined
    assert len(defined) == len([node for node in nodes(found) if "@id" in node and len(node) > 1])


def test_the_catalogue_tells_the_truth_about_its_files(client: PageClient, months: list[Release]) -> None:
    checked = 0
    for node in nodes(catalogue(client)):
        if node.get("@type") == "dcat:Distribution":
            address = node["dcat:downloadURL"]["@id"]
            reply = client.get(address)
            assert node["dcat:byteSize"]["@value"] == str(len(reply.data))
            assert node["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha256(reply.data).hexdigest()
            assert node["dcat:mediaType"]["@id"].endswith(str(reply.mimetype))
            checked += 1
    assert checked == 2 * len(files.FILE_FORMATS)


def test_the_catalogue_names_the_month_from_its_first_to_its_last_day(
    client: PageClient, months: list[Release]
) -> None:
    found = {node["dct:identifier"]: node for node in nodes(catalogue(client)) if node.get("@type") == "dcat:Dataset"}
    september = found["2017-09"]["dct:temporal"]
    assert september["dcat:startDate"]["@value"] == "2017-09-01"
    assert september["dcat:endDate"]["@value"] == "2017-09-30"
    assert found["2017-09"]["dcat:version"] == "2"


def test_an_empty_catalogue_is_still_one(client: PageClient) -> None:
    assert [dataset["@type"] for dataset in catalogue(client)["dcat:dataset"]] == ["dcat:DatasetSeries"]


def test_an_installation_without_public_address_names_none(client: PageClient, months: list[Release]) -> None:
    text = client.get("/open-data/catalog.jsonld").text
    assert "127.0.0.1" not in text
    assert "localhost" not in text
    assert catalogue(client)["@id"] == "/open-data/#catalog"  # relative: it is where the reader has it from


def test_with_a_public_address_the_catalogue_names_it(
    client: PageClient, app: Flask, months: list[Release], settings: Settings
) -> None:
    app.extensions["settings"] = replace(settings, public_url="https://punto.example.org")
    found = catalogue(client)
    assert found["@id"] == "https://punto.example.org/open-data/#catalog"
    dataset = next(node for node in nodes(found) if node.get("@type") == "dcat:Dataset")
    assert dataset["dcat:landingPage"]["@id"] == "https://punto.example.org/open-data/2017-09"
    assert dataset["dcat:contactPoint"]["vcard:hasEmail"] == {"@id": "mailto:internacional@example.org"}
