"""A case of the field: how it is read, what it compares, and what is wrong with a bad one."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from attention_point.dates import DateSpan
from attention_point.foundation.language import in_language
from attention_point.routing.bench.cases import CasesError, find_case_differences, parse_cases
from attention_point.routing.bench.expectations import Expectation
from attention_point.routing.bench.wording import Wording
from tests.routing.bench.support import shipped_rules
from tests.routing.directory_data import directory

SHARED = Path(__file__).parents[4] / "shared" / "cases" / "routes.yaml"
DAY = date(2022, 6, 1)
BASE: dict[str, Any] = {"id": "a", "date": DAY, "s": {"needs": ["EDU"], "age": 30}}


def differences(**keys: Any) -> list[str]:
    """What is said of a case with these keys, in English."""
    (case,) = parse_cases({"cases": [{**BASE, **keys}]})
    found = find_case_differences(case, shipped_rules().offers, shipped_rules())
    with in_language("en"):
        wording = Wording(directory())
        return [wording.describe_difference(difference) for difference in found]


@pytest.mark.skipif(not SHARED.exists(), reason="the file of cases is not here")
def test_the_file_of_the_field_is_read_whole() -> None:
    cases = parse_cases(yaml.safe_load(SHARED.read_text(encoding="utf-8")))
    assert len(cases) == 40
    assert all(case.expectation for case in cases)
    by_id = {case.id: case for case in cases}
    assert by_id["C42"].days == (date(2022, 11, 8), date(2023, 2, 7))
    expected = by_id["C32"].expectation
    assert expected == Expectation(wanted=("MIG-REG",), accepted={"MIG-REG": ("birth-record",)})


def test_every_key_is_compared_and_told_in_words() -> None:
    school, protection = "School place", "Child protection"
    assert differences(want=["EDU"], miss={"EDU": False}, entity={"EDU": "secretaria-educacion"}) == []
    assert differences(want=["NNA-PROT"]) == [f"“{protection}” is not suggested."]
    assert differences(**{"not": ["EDU"]}) == [f"“{school}” is suggested and must not be."]
    assert differences(**{"not": ["secretaria-educacion"]})[0].startswith("The person is sent to ")
    assert "should answer" in differences(entity={"EDU": "icbf"})[0]
    assert differences(urgent=["EDU"]) == [f"“{school}” is not urgent."]
    assert differences(mandatory=["EDU"]) == [f"“{school}” is not mandatory."]
    assert differences(miss={"EDU": True}) == [f"“{school}”: it is not said that a document is missing."]
    assert differences(accept={"EDU": ["birth-record"]}) == [f"“{school}” does not accept: Birth record."]
    assert differences(slip={"EDU": "NES"}) == []
    assert differences(slip={"EDU": "pasaporte azul"})[0].endswith("does not name “pasaporte azul”.")
    assert differences(closed=["EDU"])[0].endswith("closed for the person.")
    assert differences(instrument={"EDU": "PEP-1"})[0].endswith("should be “PEP-1”.")
    assert differences(say={"EDU": ["school-refused"]}) == []
    assert differences(tell={"EDU": ["COLEGIO"]}, say={"EDU": ["school-refused"]}) == []
    assert differences(tell={"EDU": ["colegio", "pizarra"]}) == [f"“{school}”: nobody says “pizarra”."]
    assert differences(say={"EDU": ["nothing"]}) == [f"“{school}”: this is not told: nothing."]
    assert differences(notices=["EDU"])[0].startswith("The agent is not told anything")
    assert differences(s={"needs": ["SALUD-AFIL"], "documents": []}, reject={"SALUD-AFIL": ["CC"]})[0].endswith(
        "must not: Colombian citizenship card."
    )


def test_a_case_holds_on_both_of_its_days() -> None:
    keys: dict[str, Any] = {"s": {"needs": ["INTEGRATE"]}, "want": ["INTEGRATE"], "date": date(2022, 5, 17)}
    assert differences(**keys, date2=date(2024, 1, 1)) == []
    assert len(differences(**keys, date2=date(2022, 5, 16))) == 1


def test_facts_are_read_by_their_kind() -> None:
    facts = {"arrived_on": "2018-04", "entry_stamped": True, "measure_notified_on": DAY, "registered_in": "RAMV"}
    (case,) = parse_cases({"cases": [{**BASE, "s": facts}]})
    assert case.situation.arrived_on == DateSpan(date(2018, 4, 1), date(2018, 4, 30))
    (case,) = parse_cases({"cases": [{**BASE, "s": {"arrived_on": 2018}}]})
    assert case.situation.arrived_on == DateSpan(date(2018, 1, 1), date(2018, 12, 31))


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ({"wants": ["EDU"]}, "wants"),
        ({"want": "EDU"}, "want"),
        ({"miss": {"EDU": "no"}}, "miss"),
        ({"accept": {"EDU": "PA"}}, "accept"),
        ({"date": "soon"}, "date"),
        ({"s": {"age": True}}, "age"),
        ({"s": {"arrived_on": "2018-13"}}, "arrived_on"),
        ({"s": {"entry_stamped": "yes"}}, "entry_stamped"),
        ({"s": {"measure_notified_on": "2018"}}, "measure_notified_on"),
        ({"s": {"documents": [{"expires": DAY}]}}, "document"),
        ({"s": {"name": "x"}}, "name"),
    ],
)
def test_what_is_wrong_is_named(keys: dict[str, Any], named: str) -> None:
    with pytest.raises(CasesError, match=named):
        parse_cases({"cases": [{**BASE, **keys}]})


def test_a_person_is_described_without_codes() -> None:
    facts = {"needs": ["MIG-REG"], "age": 3, "nationality": "VE", "documents": [{"type": "PA", "expires": DAY}]}
    (case,) = parse_cases({"cases": [{**BASE, "s": {**facts, "complained_of": "police", "in_transit": True}}]})
    with in_language("es"):
        rows = Wording(directory()).describe_situation(case.situation)
    text = " ".join(f"{label}: {value}" for label, value in rows)
    assert "Permisos para vivir en Colombia" in text
    assert "Pasaporte (vale hasta el 1 de junio de 2022)" in text
    assert "La queja es contra: Policía" in text
    assert not any(code in text for code in ("MIG-REG", "VE ", " PA", "police"))
    assert replace(case, who="x").day == DAY
