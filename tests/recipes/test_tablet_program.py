"""The program of ``docs/recipes/write-a-program-for-a-tablet.md`` does what the recipe says."""

import re
from typing import Any

import pytest

from attention_point.foundation import paths
from attention_point.foundation.database import Database
from tests.accounts.devices.support import add_device
from tests.support.visits import draft

RECIPE = paths.PROJECT_FOLDER / "docs" / "recipes" / "write-a-program-for-a-tablet.md"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_program_of_the_recipe_records_a_visit(live_server: str, database: Database) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", RECIPE.read_text(encoding="utf-8"), re.DOTALL)
    sent = draft()
    names: dict[str, Any] = {"SERVER": live_server, "CODE": add_device(database).enrolment_code, "DRAFT": sent}
    exec(compile(program, RECIPE.name, "exec"), names)
    (receipt,) = names["receipts"]
    assert (receipt["state"], receipt["visit"], receipt["sequence"]) == ("recorded", sent["id"], 1)
    assert names["outbox"] == []
