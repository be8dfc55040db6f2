"""A record of which one thing is known beside what must be: its page, its form and its history open."""

import pytest
from flask import Flask

from attention_point.catalogue import FEATURES
from attention_point.foundation.access import SYSTEM
from attention_point.registers.shared.records import services
from attention_point.registers.shared.schema import schema
from tests.crawl.bare_records import least_record
from tests.portal.support import browser

assert FEATURES  # each register makes itself known when its room is read
pytestmark = pytest.mark.parametrize(("engine", "population"), [("sqlite", "bare-records")])


@pytest.mark.parametrize("name", sorted(schema.REGISTERS_BY_NAME))
def test_each_optional_field_may_be_the_only_one(app: Flask, name: str) -> None:
    register, failed, looked = schema.REGISTERS_BY_NAME[name], {}, 0
    client = browser(app, "office")
    for place, field in enumerate(field for field in register.fields if not field.required):
        values = least_record(register, field)
        own = _own(place)
        values = {key: own.get(key, value) for key, value in values.items()}
        with app.extensions["database"].write_session() as session:
            record = services.add_record(session, SYSTEM, register, values)
        for page in ("", "/history"):
            status = client.get(f"/registers/{name}/{record}{page}").status_code
            looked += 1
            if status != 200:
                failed[f"{field.key}{page}"] = status
    assert failed == {}
    assert looked


def _own(place: int) -> dict[str, object]:
    """What no two records of a register may share."""
    name = f"Uno {place}"
    return {"name": name, "aliases": [f"{name} más"], "email": f"uno.{place}@example.org", "year": 1990 + place}
