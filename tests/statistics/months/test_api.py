"""``GET /api/v1/statistics/{month}``: what a program with a token of scope ``statistics`` is told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.app import create_app
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.settings import Settings
from attention_point.foundation.web.openapi import build_openapi_document
from attention_point.statistics.months.released_json import ReleasedMonth
from attention_point.statistics.releases.models import Release
from tests.statistics.releases.publishing import SEPTEMBER, publish_month, publish_suppressed_month
from tests.support.pages import PageClient

Bearer = Callable[..., dict[str, str]]
MONTH = "/api/v1/statistics/2017-09"
PATH = "/api/v1/statistics/{month}"


@pytest.fixture
def released(app: Flask) -> list[Release]:
    """September in two versions."""
    with app.extensions["database"].write_session() as session:
        made = [publish_month(session, 300, SEPTEMBER), publish_month(session, 310, SEPTEMBER, note="Faltaba un día.")]
        session.expunge_all()
    return made


@pytest.fixture
def header(bearer: Bearer) -> dict[str, str]:
    """The header of a program that reads figures."""
    return bearer("statistics")


def assert_as_described(app: Flask, reply: TestResponse) -> None:
    """Check that a reply is what the API's description says of it."""
    described = build_openapi_document(app, "http://localhost")
    response = described["paths"][PATH]["get"]["responses"][str(reply.status_code)]
    schema = {**response["content"]["application/json"]["schema"], "components": described["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert [error.message for error in validator.iter_errors(reply.json)] == []


def test_a_released_month_is_given_as_it_was_frozen(
    app: Flask, client: PageClient, header: Mapping[str, str], released: list[Release]
) -> None:
    for number, release in (("", released[1]), ("?version=2", released[1]), ("?version=1", released[0])):
        reply = client.get(MONTH + number, headers=header)
        assert (reply.status_code, reply.mimetype) == (200, "application/json")
        assert_as_described(app, reply)
        found = json.loads(reply.data)
        assert found.pop("hash") == release.hash
        assert found == json.loads(release.content)
        assert reply.data == client.get(f"/open-data/2017-09/v{release.version}.json").data


def test_the_contract_s_fields_stand_in_it(
    client: PageClient, header: Mapping[str, str], released: list[Release]
) -> None:
    found: Any = client.get(MONTH, headers=header).json
    assert {"month", "version", "hash", "journal_head", "released_at", "tables"} <= set(found)
    table = next(table for table in found["tables"] if table["id"] == "needs-by-sex")
    assert (table["counts"], table["base"]) == ("people", 5)
    assert table["dimensions"] == ["need", "sex"]
    assert table["overlapping"] == ["need"]
    for table in found["tables"]:
        for cell in table["cells"]:
            assert {"at", "count"} <= set(cell) <= {"at", "count", "base"}
            assert cell["count"] % cell.get("base", table["base"]) == 0


def test_a_month_of_the_earlier_method_is_given_as_it_was_frozen(
    app: Flask, client: PageClient, header: Mapping[str, str]
) -> None:
    with app.extensions["database"].write_session() as session:
        release = publish_suppressed_month(session)
        content, content_hash = release.content, release.hash
    reply = client.get("/api/v1/statistics/2017-07", headers=header)
    assert_as_described(app, reply)
    found = json.loads(reply.data)
    assert found.pop("hash") == content_hash
    assert found == json.loads(content)


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("2017-10", 404, "no se ha publicado"),
        ("2017-09?version=3", 404, "no se ha publicado"),
        ("2017-09?version=0", 404, "no se ha publicado"),
        ("2099-01", 404, "todavía no ha comenzado"),
        ("2017-13", 404, "Esto no es un mes"),
        ("September", 404, "Esto no es un mes"),
        ("2017-09?version=one", 422, "número de una versión"),
        ("2017-09?version=99999999", 422, "número de una versión"),
        ("2017-09?version=%C2%B2", 422, "número de una versión"),
    ],
)
def test_what_is_not_released_is_not_there(
    app: Flask,
    client: PageClient,
    header: Mapping[str, str],
    released: list[Release],
    address: str,
    status: int,
    told: str,
) -> None:
    reply = client.get(f"/api/v1/statistics/{address}", headers=header)
    body: Any = reply.json
    assert reply.status_code == status
    assert told in body["message"]
    assert [field["field"] for field in body.get("fields", ())] == (["version"] if status == 422 else [])
    assert_as_described(app, reply)


def test_refusals_speak_english_too(client: PageClient, header: Mapping[str, str]) -> None:
    reply: Any = client.get(MONTH, headers={**header, "Accept-Language": "en"}).json
    assert reply["message"] == "This period, or this version of it, has not been published."


@pytest.mark.parametrize(("scope", "status"), [("intake", 403), ("referrals", 403), ("", 401)])
def test_another_scope_is_refused(app: Flask, client: PageClient, bearer: Bearer, scope: str, status: int) -> None:
    headers = bearer(scope, "sena" if scope == "referrals" else None) if scope else {}
    reply = client.get(MONTH, headers=headers)
    assert reply.status_code == status
    assert_as_described(app, reply)


def test_who_read_it_is_in_the_journal(
    app: Flask, client: PageClient, header: Mapping[str, str], released: list[Release]
) -> None:
    client.get(MONTH, headers=header)
    with app.extensions["database"].read_session() as session:
        last = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
        assert last is not None
        assert (last.action, last.subject, last.subject_id) == ("statistics.export", "month", "2017-09")
        assert json.loads(str(last.detail)) == {"format": "json", "version": 2}


def test_a_demonstration_says_so(
    app: Flask, settings: Settings, header: Mapping[str, str], released: list[Release]
) -> None:
    demonstration = create_app(replace(settings, demo=True))
    reply = demonstration.test_client().get(MONTH, headers=header)
    assert (reply.json or {})["demonstration"] == "Personas inventadas"
    assert_as_described(app, reply)
    demonstration.extensions["database"].close()


def test_the_model_refuses_what_the_contract_does_not_know(
    client: PageClient, header: Mapping[str, str], released: list[Release]
) -> None:
    found: Any = client.get(MONTH, headers=header).json
    ReleasedMonth.model_validate(found)
    with pytest.raises(ValueError, match="extra"):
        ReleasedMonth.model_validate({**found, "person": "x"})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    month=st.one_of(st.from_regex(r"[0-9]{4}-[0-9]{2}", fullmatch=True), st.text("0123456789-.ab", min_size=1)),
    version=st.one_of(st.text(max_size=8), st.integers().map(str)),
)
def test_whatever_is_asked_the_answer_is_as_described(
    app: Flask, client: PageClient, header: Mapping[str, str], released: list[Release], month: str, version: str
) -> None:
    reply = client.get(f"/api/v1/statistics/{month}", query_string={"version": version}, headers=header)
    assert reply.status_code in {200, 404, 422}
    assert_as_described(app, reply)
