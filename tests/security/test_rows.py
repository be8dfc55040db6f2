"""Every claim of security names the tests that prove it, and those are there."""

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

TESTS = Path(__file__).parents[1]
ROWS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("rows.yaml").read_text(encoding="utf-8"))
CLAIMED = (*range(1, 23), 30, 33, 35, 38)


def test_every_claim_has_its_row() -> None:
    assert [row["row"] for row in ROWS] == list(CLAIMED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["row"]))
def test_the_tests_of_a_row_are_there(row: dict[str, Any]) -> None:
    assert row["tests"]
    for test in row["tests"]:
        path, _colons, name = test.partition("::")
        functions = [node.name for node in ast.parse((TESTS / path).read_text(encoding="utf-8")).body
                     if isinstance(node, ast.FunctionDef)]  # fmt: skip
        assert name in functions if name else any(function.startswith("test_") for function in functions), test


def test_every_proof_of_this_folder_stands_in_a_row() -> None:
    named = {test.partition("::")[0] for row in ROWS for test in row["tests"]}
    here = {f"security/{path.name}" for path in Path(__file__).parent.glob("test_row_*.py")}
    assert here <= named
