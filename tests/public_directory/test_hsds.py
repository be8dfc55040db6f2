"""The directory under HSDS 3.0: every answer is valid, complete and the same for everybody."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.errors import Invalid
from attention_point.public_directory.commands import directory_commands
from attention_point.public_directory.hsds.listing import ListRequest, build_page, read_list_request
from tests.public_directory.places import fill_places
from tests.public_directory.schemas import list_schema_errors, needs_schemas
from tests.support.directory import load_shipped

# What DOMAIN.md section 7 names; checked also where the official schemas are not at hand.
REQUIRED = {
    "services": {"id", "name", "status"},
    "organizations": {"id", "name", "description"},
    "service_at_locations": {"id"},
    "taxonomies": {"id", "name", "description"},
    "taxonomy_terms": {"id", "name", "description"},
}
NESTED_REQUIRED = {
    "organization": {"id", "name", "description"},
    "location": {"id", "location_type"},
    "addresses": {"id", "address_1", "city", "state_province", "postal_code", "country", "address_type"},
    "phones": {"id", "number"},
    "schedules": {"id"},
    "required_documents": {"id"},
    "languages": {"id"},
    "cost_options": {"id"},
    "taxonomy_term": {"id", "name", "description"},
}
SCHEMAS = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
PAGE = {"total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"}


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    """A program without an account, over a directory in which some places are known in full."""
    fill_places(app, "migracion-colombia", "comisaria-familia", "salud")
    return app.test_client()


def read_list(reader: FlaskClient, kind: str, **arguments: Any) -> Any:
    """A page of a list."""
    page = reader.get(f"/hsds/{kind}", query_string=arguments)
    assert page.status_code == 200, page.text
    assert page.json
    assert set(page.json) == PAGE
    return page.json


def walk(value: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in an answer, with the name of the field that holds it."""
    if isinstance(value, dict):
        yield name, value
        for key, inner in value.items():
            yield from walk(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, name)


@needs_schemas
@pytest.mark.parametrize("kind", SCHEMAS)
def test_no_answer_breaks_the_schemas(reader: FlaskClient, kind: str) -> None:
    errors = []
    for arguments in ({}, {"full": "true"}, {"minimal": "true"}):
        page = read_list(reader, kind, per_page=1000, **arguments)
        assert page["contents"]
        errors += [error for row in page["contents"] for error in list_schema_errors(SCHEMAS[kind], row)]
    for row in page["contents"]:
        one: Any = reader.get(f"/hsds/{kind}/{row['id']}").json
        errors += list_schema_errors(SCHEMAS[kind], one)
        assert one["id"] == row["id"]
    assert errors == []


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_object_has_what_the_standard_requires(reader: FlaskClient, kind: str) -> None:
    for row in read_list(reader, kind, full="true", per_page=1000)["contents"]:
        for name, value in walk(row, kind):
            assert REQUIRED.get(name, set()) | NESTED_REQUIRED.get(name, set()) <= value.keys(), name
            UUID(value["id"])
            assert None not in value.values()


def test_a_service_is_whole(reader: FlaskClient) -> None:
    found = read_list(reader, "services", search="permiso para vivir en colombia", full="true")["contents"]
    service = next(row for row in found if row["organization"]["alternate_name"] == "Migración Colombia")
    assert (service["status"], service["attributes"][0]["taxonomy_term"]["code"]) == ("active", "MIG-REG")
    assert [phone["number"] for phone in service["phones"]] == ["607 633 7000", "+57 300 123 4567"]
    assert {(row["byday"], row["opens_at"], row["closes_at"]) for row in service["schedules"]} == {
        ("MO,TU,WE,TH,FR", "08:00-05:00", "12:00-05:00"),
        ("MO,TU,WE,TH,FR", "14:00-05:00", "17:00-05:00"),
    }
    (address,) = service["service_at_locations"][0]["location"]["addresses"]
    assert (address["address_1"], address["city"], address["state_province"]) == (
        "Calle 35 # 10-43",
        "Bucaramanga",
        "Santander",
    )
    assert service["cost_options"][0]["amount"] == 0
    assert (service["fees_description"], service["assured_date"]) == ("Es gratis.", "2026-11-01")
    assert service["url"] == "https://www.example.org"
    # Who confirmed it is an account, and nobody's business.
    assert "account:" not in json.dumps(service)


def test_of_a_service_without_papers_none_is_asked(reader: FlaskClient) -> None:
    term = next(row for row in read_list(reader, "taxonomy_terms")["contents"] if row["code"] == "VBG")
    services = read_list(reader, "services", taxonomy_term_id=term["id"], full="true")["contents"]
    # The lines to call stand first, whatever is known of the place.
    first_numbers = [[phone["number"] for phone in service["phones"]] for service in services if "phones" in service]
    assert any({"122", "123", "155"} <= set(numbers[:3]) for numbers in first_numbers)
    for service in services:
        assert "required_documents" not in service
        assert "No necesita papeles" in service["application_process"]


def test_a_list_is_a_page_and_pages_hold_all(reader: FlaskClient) -> None:
    whole = read_list(reader, "services", per_page=1000)
    pages = [read_list(reader, "services", per_page=7, page=number) for number in range(1, 40)]
    ids = [row["id"] for page in pages for row in page["contents"]]
    assert ids == [row["id"] for row in whole["contents"]]
    assert len(set(ids)) == len(ids) == whole["total_items"]
    assert [page["empty"] for page in pages].count(False) == whole["total_items"] // 7 + (whole["total_items"] % 7 > 0)
    assert [pages[0]["first_page"], pages[1]["first_page"], pages[-1]["empty"]] == [True, False, True]


def test_services_are_found_by_organization_and_by_words(reader: FlaskClient) -> None:
    organizations = read_list(reader, "organizations", search="bienestar familiar")["contents"]
    assert [row["alternate_name"] for row in organizations][:1] == ["ICBF"]
    by_entity = read_list(reader, "services", organization_id=organizations[0]["id"])["contents"]
    assert by_entity
    assert {row["organization_id"] for row in by_entity} == {organizations[0]["id"]}
    by_words = read_list(reader, "services", search="mi esposo me pega")["contents"]
    assert "violencia" in by_words[0]["name"].casefold()
    nobody = "00000000-0000-7000-8000-000000000007"
    assert read_list(reader, "services", organization_id=nobody)["empty"]
    assert reader.get(f"/hsds/services/{nobody}").status_code == 404


def test_all_lines_are_an_object_as_ndjson(reader: FlaskClient) -> None:
    page = reader.get("/hsds/services?format=ndjson")
    assert page.mimetype == "application/x-ndjson"
    rows = [json.loads(line) for line in page.text.splitlines()]
    assert rows == read_list(reader, "services", per_page=1000)["contents"]


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "per_page=-1", "per_page=1001", "full=yes", "format=xml", "modified_after=ayer", "page=٣"]
    + ["postcode=680001", "taxonomy_term=x"],
)
def test_what_cannot_be_asked_is_said(reader: FlaskClient, query: str) -> None:
    refused = reader.get(f"/hsds/services?{query}")
    assert refused.status_code == 422
    assert refused.json
    assert [field["field"] for field in refused.json["fields"]] == [query.partition("=")[0]]


def test_answers_are_kept_by_caches_and_open_to_other_pages(reader: FlaskClient) -> None:
    description = reader.get("/hsds/")
    assert description.json
    assert description.json["version"] == "3.0"
    assert all(urlsplit(description.json[name]).scheme == "https" for name in ("profile", "openapi_url"))
    first = reader.get("/hsds/services")
    assert (first.headers["Cache-Control"], first.headers["Access-Control-Allow-Origin"]) == (
        "public, max-age=300",
        "*",
    )
    assert "Set-Cookie" not in first.headers
    again = reader.get("/hsds/services", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    english = reader.get("/hsds/services", headers={"Accept-Language": "en"})
    assert english.data == first.data


@needs_schemas
def test_the_command_writes_the_whole_directory(session: Session, database: Database, tmp_path: Path) -> None:
    load_shipped(session)
    session.commit()

    def export(*arguments: str) -> str:
        done = CliRunner().invoke(directory_commands, ["export", "--format", "hsds", *arguments], obj=lambda: database)
        assert done.exit_code == 0, done.output
        return done.output

    shown = json.loads(export())
    assert [error for row in shown for error in list_schema_errors("service_with_definitions", row)] == []
    assert {"MIG-REG", "VBG"} <= {row["attributes"][0]["taxonomy_term"]["code"] for row in shown}
    file = tmp_path / "directory.json"
    export("--output", str(file))
    assert json.loads(file.read_bytes()) == shown


@settings(deadline=None)
@given(total=st.integers(0, 300), page=st.integers(1, 400), size=st.integers(1, 1000))
def test_pages_never_contradict_themselves(total: int, page: int, size: int) -> None:
    found = build_page(range(total), ListRequest(page, size, "", False, False, False))
    assert found["empty"] is (found["size"] == 0) is (found["contents"] == [])
    assert (found["page_number"] <= found["total_pages"]) is (not found["empty"])
    assert found["last_page"] is (page * size >= total)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["page", "per_page", "full", "minimal", "format", "search"]), st.text()))
def test_any_parameter_is_read_or_refused(arguments: dict[str, str]) -> None:
    try:
        asked = read_list_request(arguments)
    except Invalid as error:
        wrong = {field.field for field in error.field_errors}
    else:
        wrong = set()
        assert asked.page >= 1
    assert wrong <= arguments.keys()
