"""Whatever a program sends to the visits API: a refusal that names the field, or a visit; never an error of ours."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.web import MAX_BODY_BYTES
from attention_point.intake.models import Visit
from attention_point.people.models import Person, PersonTag
from attention_point.referrals.models import Referral
from attention_point.tallies.models import PendingTallies
from tests.support.pages import PageClient
from tests.support.visits import draft

TABLES = (Person, PersonTag, Visit, Referral, PendingTallies, JournalEntry)
ADDRESS = "/api/v1/visits"
AWKWARD = [
    "", " ", "\x00", "a\x00b", "\u202e", "\ud800", "\uffff", "ñ" * 5000, "1e999", "-1", "NaN", "null", "{}",
    "2017-02-30", "9999-12-31", "0000-00-00", "2017-08-09T08:30:00", "2017-08-09T25:00:00-05:00", "12345", "'; --",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "%(message)s", "{0}", 0, -1, 2**63, 2**200, 1.5, 1e308, True,
    False, None, [], {}, [[]], [None], {"": None}, [{}], {"a": {"b": {"c": []}}}, ["MIG-REG"] * 100, "DE", "referral:*",
    "__proto__",
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=[]), max_size=40)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.sampled_from(AWKWARD) | st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)


def full() -> dict[str, Any]:
    """A draft with every part, so that there is something to spoil everywhere."""
    made = draft(
        household={"adults": 1, "children": 0, "accompanied_by": "parent"},
        vulnerabilities=["pregnant"],
        facts={"child_born_in_colombia_without_note": False, "complained_of": "personeria"},
        refer=["MIG-REG"],
        entities={"MIG-REG": "migracion-colombia"},
        declined=[{"service": "EMP-SENA", "reason": "Not now."}],
        notes="Nothing.",
    )
    made["person"] |= {"disability": {"seeing": "some"}, "ethnicity": 6, "education": 5, "gender": "woman"}
    made["person"]["documents"] = [{"type": "PA", "number": "045678123", "expires": "2019-05-01"}]
    return made


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, itself left out."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    return [inner_path for key in keys for inner_path in ((*path, key), *places(node[key], (*path, key)))]


@st.composite
def spoiled(generate: st.DrawFn) -> Any:
    """A draft in which one to three places hold something else, or nothing, or more than they should."""
    made: Any = {**full(), "id": str(generate(st.uuids()))}
    for _each in range(generate(st.integers(1, 3))):
        found = places(made)
        if not found:
            break
        *path, last = generate(st.sampled_from(found))
        parent = made
        for key in path:
            parent = parent[key]
        what = generate(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
        if what == "remove":
            del parent[last]
        elif what == "replace":
            parent[last] = copy.deepcopy(generate(values))
        elif isinstance(parent, dict):
            parent[generate(texts)] = copy.deepcopy(generate(values))
        else:
            parent.append(copy.deepcopy(generate(values)))
    return made


bodies = st.one_of(
    spoiled().map(lambda made: json.dumps(made).encode()),
    values.map(lambda value: json.dumps(value).encode()),
    spoiled().map(lambda made: json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    st.binary(max_size=200),
)


def rows(app: Flask) -> list[int]:
    """The rows of every table that a visit writes."""
    with app.extensions["database"].read_session() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


@pytest.mark.slow
def test_no_body_breaks_the_door(app: Flask, bearer: Callable[..., dict[str, str]]) -> None:
    client, header = PageClient(app, app.response_class), bearer("intake")
    seen: set[int] = set()

    @seed(2017)
    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(bodies)
    def send(body: bytes) -> None:
        before = rows(app)
        reply = client.post(ADDRESS, data=body, content_type="application/json", headers=header)
        seen.add(reply.status_code)
        assert reply.status_code < 500
        assert isinstance(reply.json, dict)
        if reply.status_code >= 400:
            assert reply.json["error"]
            assert reply.json["message"]
            assert rows(app) == before
            if reply.status_code == 422:
                assert reply.json["fields"]
                assert all(error["message"] for error in reply.json["fields"])
        else:
            assert rows(app)[TABLES.index(Visit)] == before[TABLES.index(Visit)] + (reply.status_code == 201)

    send()
    assert {400, 422, 201} <= seen


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"needs": NaN}', "application/json", 400),
        (b'{"a": 1' + b"0" * 5000 + b"}", "application/json", 400),
        (b" " * (MAX_BODY_BYTES + 1), "application/json", 413),
        (b"[]", "application/json", 422),
    ],
    ids=["not json", "empty", "deep", "no number", "too many digits", "too large", "no object"],
)
def test_a_body_that_is_no_visit_is_refused(
    app: Flask, bearer: Callable[..., dict[str, str]], body: bytes, kind: str, status: int
) -> None:
    client, header = PageClient(app, app.response_class), bearer("intake")
    before = rows(app)
    reply = client.post(ADDRESS, data=body, content_type=kind, headers=header)
    assert reply.status_code == status
    assert isinstance(reply.json, dict)
    assert reply.json["error"]
    assert reply.json["message"]
    assert rows(app) == before


@pytest.mark.parametrize(
    ("spoilt", "named"),
    [
        ({str(number): 1 for number in range(1500)}, "0"),
        ({str(number): 1 for number in range(5000)}, ""),
        ({"consents": [{}] * 5000}, "consents"),
        ({"person": {"documents": [{"type": "ZZ"}] * 5000}}, "person.documents"),
        ({"notes": "\ud800"}, "notes"),
    ],
    ids=["many fields", "too many fields", "too many consents", "too many documents", "half a character"],
)
def test_a_body_wrong_in_very_many_places_is_answered_briefly(
    app: Flask, bearer: Callable[..., dict[str, str]], spoilt: dict[str, Any], named: str
) -> None:
    client = PageClient(app, app.response_class)
    body = json.dumps({**full(), **spoilt})
    header = {**bearer("intake"), "Accept-Language": "en"}
    reply = client.post(ADDRESS, data=body, content_type="application/json", headers=header)
    assert reply.status_code == 422
    assert reply.json is not None
    complaints = reply.json["fields"]
    assert len(complaints) <= 100
    assert complaints[0]["field"] == named
    assert complaints[0]["message"] != "This value cannot be used here."


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-05:00"]
)
def test_a_moment_at_the_end_of_the_calendar_breaks_nothing(
    app: Flask, bearer: Callable[..., dict[str, str]], moment: str
) -> None:
    client, header = PageClient(app, app.response_class), bearer("intake")
    reply = client.post(ADDRESS, json={**full(), "arrived_at": moment}, headers=header)
    assert reply.status_code == 422
    assert reply.json is not None
    assert [error["field"] for error in reply.json["fields"]] == ["arrived_at"]
    # The person is long gone: a wrong clock loses nobody.
    reply = client.post(ADDRESS, json={**full(), "attended_at": moment}, headers=header)
    assert reply.status_code == 201
    assert reply.json is not None
    assert "attended_at" in [warning["field"] for warning in reply.json["warnings"]]
