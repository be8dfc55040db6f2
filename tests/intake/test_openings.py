"""The record of the person whom an agent chose is opened once for each request."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.people import identity
from attention_point.people.models import Person
from tests.intake.desk import CHECK, RECORD, decided, filled, recorded
from tests.support.pages import PageClient


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> Counter[UUID]:
    """How often each person's record was opened."""
    counts: Counter[UUID] = Counter()
    open_record = identity.open_record

    def count_opening(key: Any, person: UUID, version: int, sealed: bytes) -> Any:
        counts[person] += 1
        return open_record(key, person, version, sealed)

    monkeypatch.setattr(identity, "open_record", count_opening)
    return counts


@pytest.mark.parametrize("birth_date", [["17/03/1991"], []], ids=["stated", "left-blank"])
def test_the_chosen_person_is_opened_once_to_check_and_once_to_record(
    app: Flask, agent: PageClient, openings: Counter[UUID], birth_date: list[str]
) -> None:
    recorded(agent)
    with app.extensions["database"].read_session() as session:
        person = session.scalars(select(Person.id)).one()
    fields = filled(agent, person_id=[str(person)], birth_date=birth_date)
    openings.clear()
    led = agent.post(CHECK, data=fields)
    assert openings == {person: 1}
    openings.clear()
    check_page = agent.get(led.headers["Location"])
    assert openings == {person: 1}
    openings.clear()
    assert agent.post(RECORD, data=decided(check_page)).status_code == 303
    assert openings == {person: 1}
