"""Inputs made from the API's own description, valid ones and broken ones, and what the API answers to them.

A fault is an answer of the class 5xx, a status that the description does not name, or a body that is not what the
description says of its status.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS
from schemathesis.core.result import Err
from sqlalchemy import select

from attention_point.accounts import services as account_services
from attention_point.accounts.devices import services as device_services
from attention_point.foundation.access import SCOPES, SYSTEM
from attention_point.foundation.database import new_id
from attention_point.people.models import Person
from tests.support.directory import load_shipped
from tests.support.visits import draft, recorded

CHECKED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")

BODIES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "POST /api/v1/visits": draft,
    "POST /api/v1/visits/{visit}/corrections": lambda: {"reason": "Corregido", "draft": draft()},
    "POST /api/v1/visits/{visit}/void": lambda: {"reason": "Por error"},
    "POST /api/v1/people/{person}/corrections": lambda: {"reason": "Corregido", "person": {"surname_2": "Rojas"}},
    "POST /api/v1/people/search": lambda: {"q": "Yohana Velásquez"},
    "POST /api/v1/referrals/{referral}/answer": lambda: {"state": "accepted", "version": 1},
    "POST /api/v1/referrals/{referral}/take-back": lambda: {"version": 2},
    "POST /api/v1/referrals/{referral}/messages": lambda: {"text": "Vuelve el lunes", "known": 0},
    "POST /api/v1/referrals/{referral}/forward": lambda: {
        "service": "EMP-MUN",
        "entity": "imebu",
        "consent": "in-person",
        "version": 1,
    },
    "POST /api/v1/turns": lambda: {"id": str(new_id()), "point": "bucaramanga", "priority": []},
}


@dataclass
class Outcome:
    """How many inputs an operation got, the answers by status, and its faults, each in a few lines."""

    name: str
    inputs: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def fuzz_api(
    app: Flask,
    tokens: Mapping[str, str],
    values: Mapping[str, Sequence[str]],
    inputs_per_operation: int,
    first_seed: int = 1,
    prefix: str = "",
) -> Iterator[Outcome]:
    """Send inputs to each operation of the description, half of them valid and half of them not.

    ``tokens`` are bearer tokens by scope, ``device`` for those of a device; ``values`` are real values by the name of a
    path parameter, which half of the inputs get: with random ones everything would be unknown. In half of the inputs of
    an operation of ``BODIES`` only one field of its body is as it was made from the description. ``prefix`` leaves out
    the operations whose addresses begin otherwise.
    """
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        operation = result.ok()
        if not operation.path.startswith(prefix):
            continue
        security = operation.definition.raw["security"]
        # The token of a device has no scope.
        token = tokens[(security[0]["bearer"] or ["device"])[0]] if security else None
        outcome = Outcome(operation.label)
        send = _build_sender(outcome, token, values, BODIES.get(operation.label))
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            try:
                _run(send, operation.as_strategy(generation_mode=mode), inputs_per_operation // 2, first_seed)
            except Unsatisfiable:
                # An operation that takes any text cannot be given a wrong input; it gets more right ones.
                if mode is schemathesis.GenerationMode.POSITIVE:
                    raise
                _run(send, operation.as_strategy(), inputs_per_operation // 2, first_seed + 1)
        yield outcome


def _run(send: Callable[[Any, int], None], cases: Any, count: int, first_seed: int) -> None:
    @seed(first_seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases, st.integers(0, 1_000_000))
    def send_all(case: Any, choice: int) -> None:
        send(case, choice)

    send_all()


def _build_sender(
    outcome: Outcome,
    token: str | None,
    values: Mapping[str, Sequence[str]],
    make_body: Callable[[], dict[str, Any]] | None,
) -> Callable[[Any, int], None]:
    checks = CHECKS.get_by_names(list(CHECKED))

    def send(case: Any, choice: int) -> None:
        for name in case.path_parameters or {}:
            if choice % 2 and values.get(name):
                case.path_parameters[name] = values[name][choice // 2 % len(values[name])]
        if make_body and choice % 4 < 2 and isinstance(case.body, dict):
            body, field_name = make_body(), next(iter(sorted(case.body)[choice % max(len(case.body), 1) :]), None)
            case.body = body if field_name is None else {**body, field_name: case.body[field_name]}
        # What is compressed would have to be unpacked before it is checked.
        headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {token}"} if token else {})}
        response = case.call(headers=headers)
        outcome.inputs += 1
        outcome.statuses[response.status_code] = outcome.statuses.get(response.status_code, 0) + 1
        try:
            case.validate_response(response, checks=checks)
        except BaseExceptionGroup as faults:
            if len(outcome.faults) < 5:
                outcome.faults += [f"{response.status_code} {str(fault)[:300]}" for fault in faults.exceptions]
                outcome.faults.append(f"  {case.as_curl_command()[:400]}")

    return send


def prepare_inputs(app: Flask) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Record a few visits and turns; return a token of each scope and of a device, and real values of the addresses."""
    database = app.extensions["database"]
    with database.write_session() as session:
        load_shipped(session)
        answers = [recorded(session, needs=needs) for needs in (["EMP-SENA", "VBG"], ["MIG-REG", "EMP-SENA"])]
        entities = {"referrals": "sena"}
        tokens = {
            scope: account_services.add_token(session, SYSTEM, f"fuzz {scope}", scope, entities.get(scope))
            for scope in SCOPES
        }
        codes = device_services.add_device(session, SYSTEM, device_services.NewDevice("Fuzz", "bucaramanga", "tablet"))
        people = [str(person) for person in session.scalars(select(Person.id))]
    tokens["device"] = device_services.enrol_device(database, codes.enrolment_code, "127.0.0.1").token
    client = app.test_client()
    turn_ids = [str(new_id()) for _turn in range(3)]
    for turn in turn_ids:
        body = {"id": turn, "point": "bucaramanga", "priority": []}
        client.post("/api/v1/turns", json=body, headers={"Authorization": f"Bearer {tokens['turns']}"})
    return tokens, {
        "visit": [answer["id"] for answer in answers],
        "referral": [referral["id"] for answer in answers for referral in answer["referrals"]],
        "person": people,
        "point": ["bucaramanga"],
        "turn_id": turn_ids,
        "month": ["2017-08"],
    }
