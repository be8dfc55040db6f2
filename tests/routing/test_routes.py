"""Forty people of a lawyer of the field: the shipped cases are theirs, and nobody is told what is for others."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from attention_point.routing.bench.case_store import SHIPPED_FILES
from attention_point.routing.bench.cases import RoutingCase, parse_cases
from attention_point.routing.rule_types import Situation, Suggestion
from attention_point.routing.rules import build_advice
from tests.routing.directory_data import directory, offers
from tests.routing.yaml_file import load_yaml

ORIGINAL = Path(__file__).parents[3] / "shared" / "cases" / "routes.yaml"
SHIPPED = load_yaml(SHIPPED_FILES[0])["cases"]
CASES = {case.id: case for case in parse_cases({"cases": SHIPPED})}


def _route(case: RoutingCase) -> dict[str, Suggestion]:
    advice = build_advice(case.situation, offers(), case.day)
    return {suggestion.service: suggestion for suggestion in advice.suggestions}


def _holds_all(shipped: Any, original: Any) -> bool:
    if isinstance(original, dict):
        return all(key in shipped and _holds_all(shipped[key], value) for key, value in original.items())
    if isinstance(original, list):
        return all(item in shipped for item in original)
    return bool(shipped == original)


@pytest.mark.skipif(not ORIGINAL.exists(), reason="the file of the lawyer is not here")
def test_the_shipped_cases_are_those_of_the_lawyer_and_say_what_was_only_told() -> None:
    originals = yaml.safe_load(ORIGINAL.read_text(encoding="utf-8"))["cases"]
    assert [case["id"] for case in originals] == [case["id"] for case in SHIPPED]
    assert len(SHIPPED) == 40
    for shipped, original in zip(SHIPPED, originals, strict=True):
        extra = original.pop("extra", "")
        # Nobody told whom C14 complained of because no word was there for the police.
        original["s"] = {key: value for key, value in original["s"].items() if value is not None}
        # A PEP-Tutor had no code of its own.
        if original["id"] == "C58":
            del original["s"]["documents"]
        assert _holds_all(shipped, original), original["id"]
        assert bool(extra) == ("tell" in shipped), original["id"]


def test_what_decides_is_said_to_nobody_else() -> None:
    # A person of whom nothing decides is not told what is for others.
    plain = Situation(needs=("HUMAN", "SALUD-URG", "EMP-SENA", "QUEJA-SP"), age=40, nationality="CO")
    for suggestion in build_advice(plain, offers(), date(2019, 3, 1)).suggestions:
        assert set(suggestion.advice) <= {"care-refused"}, suggestion.service


def test_who_already_waits_for_a_permit_is_not_sent_for_one() -> None:
    assert "MIG-REG" not in _route(CASES["C40"])


@pytest.mark.parametrize("case_id", ["C43", "C49"])
def test_a_closed_procedure_is_said_to_be_closed(case_id: str) -> None:
    suggestion = _route(CASES[case_id])["MIG-REG"]
    closed_text = directory().services["MIG-REG"].closed
    assert (suggestion.closed, suggestion.instrument, suggestion.accepted) == (True, None, ())
    assert closed_text
    assert "refugio" in closed_text["es"]
