"""The pages of the priority of turns: nothing is switched on that was not simulated."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.turns.priority.models import TurnPolicy
from attention_point.turns.priority.policies import find_policy
from tests.accounts.support import token_of
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.turns.past_day import DAY, live_day
from tests.turns.support import MORNING, POINT

TYPED = {
    "preferential_calls": "3",
    "ordinary_calls": "1",
    "ageing_minutes": "45",
    "longest_wait_minutes": "90",
    "preferential_groups": ["small_children", "pregnant"],
    "older_adult_age": "60",
    "valid_from": "10/08/2017",
    "day": "2017-08-09",
}


@pytest.fixture(autouse=True)
def _in_the_afternoon(database: Database) -> Iterator[None]:
    with database.write_session() as session:
        live_day(session)
    with clock.override_now(MORNING.replace(hour=21)):
        yield


@pytest.fixture
def supervisor(as_role: SignIn) -> PageClient:
    return as_role("supervisor")


def _post(client: PageClient, address: str, typed: Mapping[str, object] = MappingProxyType({})) -> TestResponse:
    token = token_of(client.get(f"/turns/policy/new?point={POINT}"))
    return client.post(address, data={**typed, "csrf_token": token})


def _propose(client: PageClient, **typed: object) -> str:
    reply = _post(client, f"/turns/policy/new?point={POINT}", {**TYPED, **typed})
    assert reply.status_code == 303, reply.text
    return reply.headers["Location"]


def test_a_policy_is_proposed_simulated_and_switched_on(supervisor: PageClient, database: Database) -> None:
    address = _propose(supervisor)
    assert address.endswith("?day=2017-08-09")
    page = supervisor.get(address).text
    assert "Todavía no está en uso" in page
    assert "3 llamados con preferencia, luego 1 en orden de llegada." in page
    assert "4 turnos y 2 módulos." in page
    path, _, query = address.partition("?")
    for chart in ("preferential", "ordinary"):
        assert supervisor.get(f"{path}/charts/{chart}.svg?{query}").mimetype == "image/svg+xml"
    with database.read_session() as session:
        assert find_policy(session, POINT, DAY.replace(day=10)).preferential_calls == 2
    assert _post(supervisor, f"{path}/switch-on?{query}").status_code == 303
    with database.read_session() as session:
        policy = find_policy(session, POINT, DAY.replace(day=10))
        assert policy.preferential_calls == 3
        assert policy.preferential_groups == {"small_children", "pregnant"}
        query_of_details = select(JournalEntry.detail).where(JournalEntry.action == "turn_policy.switch_on")
        details = session.scalars(query_of_details).all()
    assert [json.loads(detail) for detail in details] == [
        {"point": POINT, "valid_from": "2017-08-10", "simulated": "2017-08-09"}
    ]
    overview = supervisor.get("/turns/policy").text
    assert "En uso desde un día próximo" in overview
    assert "Poner en uso desde" not in supervisor.get(address).text


def test_nothing_is_switched_on_without_a_simulated_day(supervisor: PageClient, database: Database) -> None:
    path = _propose(supervisor).partition("?")[0]
    for query in ("", "?day=2017-08-08", "?day=tomorrow"):
        assert _post(supervisor, f"{path}/switch-on{query}").status_code == 400
    with database.read_session() as session:
        assert session.scalars(select(TurnPolicy.switched_on_at)).all() == [None]


def test_a_point_without_past_days_tries_a_policy_out_on_an_invented_day(supervisor: PageClient) -> None:
    page = supervisor.get(_propose(supervisor, day="example")).text
    assert "200 turnos y 4 módulos." in page


def test_what_cannot_be_used_stays_as_typed(supervisor: PageClient, database: Database) -> None:
    wrong = {"ordinary_calls": "0", "ageing_minutes": "half an hour", "valid_from": "08/08/2017"}
    reply = _post(supervisor, f"/turns/policy/new?point={POINT}", {**TYPED, **wrong})
    assert reply.status_code == 422
    for text in wrong.values():
        assert f'value="{text}"' in reply.text
    assert "Elija hoy o un día posterior." in reply.text
    with database.read_session() as session:
        assert session.scalars(select(TurnPolicy)).all() == []


def test_a_proposal_is_changed_or_discarded(supervisor: PageClient) -> None:
    path = _propose(supervisor).partition("?")[0]
    policy_id = path.rpartition("/")[2]
    form = supervisor.get(f"/turns/policy/new?point={POINT}&model={policy_id}").text
    assert 'value="45"' in form
    changed = _post(supervisor, f"/turns/policy/new?point={POINT}&model={policy_id}", {**TYPED, "ageing_minutes": "50"})
    assert supervisor.get(path).status_code == 404
    path = changed.headers["Location"].partition("?")[0]
    assert _post(supervisor, f"{path}/discard").status_code == 303
    assert supervisor.get(path).status_code == 404
    assert _post(supervisor, f"{path}/discard").status_code == 404


def test_an_unknown_point_is_told(supervisor: PageClient) -> None:
    assert supervisor.get("/turns/policy?point=nowhere").status_code == 404


@pytest.mark.parametrize("role", ["agent", "office", "auditor"])
def test_who_does_not_lead_the_room_configures_nothing(as_role: SignIn, role: str) -> None:
    assert as_role(role).get("/turns/policy").status_code == 403
