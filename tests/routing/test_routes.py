"""Forty people of a lawyer of the field: each is sent to the right place, and told what decides."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from attention_point.dates import parse_partial_date
from attention_point.routing.rule_types import Advice, ShownDocument, Situation, Suggestion
from attention_point.routing.rules import build_advice
from tests.routing.directory_data import directory, offers

FILE = Path(__file__).parents[3] / "shared" / "cases" / "routes.yaml"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the file of cases is not here")
CASES = yaml.safe_load(FILE.read_text(encoding="utf-8"))["cases"] if FILE.exists() else []

# What ``who`` tells of a person and ``s`` has no field for.
TOLD: dict[str, dict[str, Any]] = {
    "C01": {"arrived_on": "2017-06-10", "entry_stamped": True},
    "C09": {"accompanied_by": "alone"},
    "C12": {"violence_within_72_hours": True},
    "C14": {"complained_of": "police"},
    "C15": {"measure_notified_on": date(2017, 9, 28)},
    "C21": {"arrived_on": "2018-04", "entry_stamped": True},
    "C22": {"registered_in": "RAMV"},
    "C23": {"in_transit": True, "intention": "transit"},
    "C27": {"death_in_family": True},
    "C39": {"conflict_victim": True},
    "C40": {"registered_in": "RUMV"},
    "C43": {"arrived_on": "2022-03", "entry_stamped": False},
    "C49": {"arrived_on": "2023-12"},
    "C53": {"violence_within_72_hours": True},
    "C57": {"intention": "return"},
    "C58": {"documents": [{"type": "PEPT", "expires": date(2031, 5, 30)}]},
}
# What ``extra`` asks to be told: entries of advice, or services that are suggested, by service.
SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "C01": {"MIG-REG": ("pep-1",)},
    "C05": {"SALUD-URG": ("birth-care-2017",)},
    "C08": {"SALUD-RET": ("returnee-without-cedula",)},
    "C12": {"VBG": ("health-within-72-hours", "violence-lines")},
    "C14": {"QUEJA-SP": ("police-kept-document",)},
    "C15": {"DDHH": ("measure-appeal",)},
    "C17": {"EMP-SENA": ("tmf-no-work",)},
    "C21": {"MIG-REG": ("pep-only-ramv",)},
    "C23": {"HUMAN": ("walkers",), "CAMINANTE": (), "SALUD-URG": ("walker-care", "vaccines")},
    "C25": {"EMP-SENA": ("sc2-no-work",)},
    "C27": {"HUMAN": ("death",), "MUERTE": (), "MUERTE-REG": ()},
    "C29": {"VBG": ("lgbti-support",)},
    "C30": {"SALUD-URG": ("chronic-care",), "DDHH": ("tutela-for-treatment",)},
    "C32": {"MIG-REG": ("ppt-birth-record",)},
    "C33": {"EMP-SENA": ("pep-prolonged",)},
    "C34": {"SALUD-AFIL": ("pep-prolonged",)},
    "C36": {"RC-CO": ("witnesses-ended",)},
    "C38": {"HUMAN": ("disability-support",)},
    "C39": {"NNA-PROT": ("child-of-conflict",), "CONFLICTO": ("child-of-conflict-victims",)},
    "C40": {"SALUD-AFIL": ("permit-under-way",)},
    "C43": {"MIG-REG": ("ppt-came-too-late",)},
    "C46": {"EMP-SENA": ("sc2-no-work", "sc2-ppt")},
    "C49": {"MIG-REG": ("rumv-closed",)},
    "C51": {"MIG-REG": ("ppt-duplicate",)},
    "C53": {"VBG": ("health-within-72-hours",)},
    "C57": {"HUMAN": ("assisted-return",), "RETORNO-VOL": ()},
    "C58": {"SALUD-AFIL": ("pep-tutor-counts",)},
    "C59": {"SALUD-AFIL": ("centro-integrate",)},
}
# And the words that this must name, as a reader of ``extra`` would look for them.
WORDS: dict[str, tuple[str, ...]] = {
    "C01": ("28/07/2017", "31/10/2017", "internet", "gratis"),
    "C05": ("parto", "prenatal", "sin pedir papeles", "Decreto 866"),
    "C08": ("duplicado", "urgencias"),
    "C12": ("72 horas", "urgencias", "155", "123"),
    "C14": ("Procuraduría", "Personería", "policía"),
    "C15": ("URGENTE", "recursos", "refugio", "devolver"),
    "C17": ("no permite trabajar", "Bucaramanga"),
    "C21": ("RAMV", "espere", "PTP"),
    "C23": ("Cruz Roja", "El Cerrito", "Berlín", "vacunas", "abrigo", "cita"),
    "C25": ("no permite trabajar",),
    "C27": ("notaría", "Registraduría", "Desarrollo Social", "Medicina Legal", "entierro"),
    "C29": ("Caribe Afirmativo", "Defensoría"),
    "C30": ("T-210", "crónica", "tutela", "Personería"),
    "C32": ("partida o acta de nacimiento",),
    "C33": ("28/02/2023",),
    "C34": ("28/02/2023",),
    "C36": ("14/11/2020", "tutela"),
    "C38": ("Desarrollo Social", "Resolución 113"),
    "C39": ("ICBF", "Víctimas", "refugio"),
    "C40": ("no tiene que inscribirse otra vez",),
    "C43": ("31/01/2021", "no puede pedir el PPT", "Migración Colombia"),
    "C46": ("no permite trabajar", "PPT"),
    "C49": ("24/11/2023", "visa", "refugio"),
    "C51": ("duplicado", "internet"),
    "C53": ("72 horas", "infecciones", "anticoncepción"),
    "C57": ("OIM", "retorno voluntario", "consulado", "documento de viaje"),
    "C58": ("PEP-Tutor",),
    "C59": ("Centro Intégrate",),
}


def _build_situation(case: dict[str, Any]) -> Situation:
    told = {**case["s"], **TOLD.get(case["id"], {})}
    documents = tuple(ShownDocument(item["type"], item.get("expires")) for item in told.pop("documents", []))
    if "arrived_on" in told:
        told["arrived_on"] = parse_partial_date(told["arrived_on"])
    told |= {name: tuple(told.get(name, ())) for name in ("needs", "vulnerabilities")}
    return Situation(**told, documents=documents)


ANSWERS = [
    pytest.param(case, day, id=f"{case['id']}-{day}")
    for case in CASES
    for day in filter(None, (case["date"], case.get("date2")))
]
TOLD_ANSWERS = [answer for answer in ANSWERS if str(answer.id).partition("-")[0] in SAID]


def _route(case: dict[str, Any], day: date) -> tuple[Advice, dict[str, Suggestion]]:
    advice = build_advice(_build_situation(case), offers(), day)
    return advice, {suggestion.service: suggestion for suggestion in advice.suggestions}


def test_the_file_is_whole() -> None:
    assert len(CASES) == 40
    assert {case["id"] for case in CASES if "extra" in case} == set(SAID) == set(WORDS)


@pytest.mark.parametrize(("case", "day"), ANSWERS)
def test_route(case: dict[str, Any], day: date) -> None:
    _advice, found = _route(case, day)
    assert set(case.get("want", ())) <= set(found)
    reached = {entity for item in found.values() for entity in (item.entity, *item.alternatives)}
    assert not {*found, *reached} & set(case.get("not", ()))
    assert {service: found[service].entity for service in case.get("entity", {})} == case.get("entity", {})
    assert all(found[service].urgent for service in case.get("urgent", ()))
    assert {service: found[service].papers_missing for service in case.get("miss", {})} == case.get("miss", {})
    for service, papers in case.get("accept", {}).items():
        assert set(papers) <= set(found[service].accepted)
    for service, papers in case.get("reject", {}).items():
        assert not set(papers) & set(found[service].accepted)
    for service, word in case.get("slip", {}).items():
        papers = directory().services[service].requirements_on(day, found[service].instrument)
        assert any(word in paper.text["es"] for paper in papers)


@pytest.mark.parametrize(("case", "day"), TOLD_ANSWERS)
def test_what_decides_is_said(case: dict[str, Any], day: date) -> None:
    _advice, found = _route(case, day)
    said = []
    for service, codes in SAID[case["id"]].items():
        assert set(codes) <= set(found[service].advice), service
        row = directory().services[service]
        entries = {entry.code: entry for place in ("slip", "card") for entry in row.list_advice(codes, place)}
        assert set(entries) == set(codes)
        said += [entry.text["es"] for entry in entries.values()]
    text = " ".join(said)
    assert [word for word in WORDS[case["id"]] if word not in text] == []


def test_what_decides_is_said_to_nobody_else() -> None:
    # A person of whom nothing decides is not told what is for others.
    plain = Situation(needs=("HUMAN", "SALUD-URG", "EMP-SENA", "QUEJA-SP"), age=40, nationality="CO")
    for suggestion in build_advice(plain, offers(), date(2019, 3, 1)).suggestions:
        assert set(suggestion.advice) <= {"care-refused"}, suggestion.service


def test_who_already_waits_for_a_permit_is_not_sent_for_one() -> None:
    case = next(case for case in CASES if case["id"] == "C40")
    assert "MIG-REG" not in _route(case, case["date"])[1]


@pytest.mark.parametrize("case_id", ["C43", "C49"])
def test_a_closed_procedure_is_said_to_be_closed(case_id: str) -> None:
    case = next(case for case in CASES if case["id"] == case_id)
    suggestion = _route(case, case["date"])[1]["MIG-REG"]
    closed_text = directory().services["MIG-REG"].closed
    assert (suggestion.closed, suggestion.instrument, suggestion.accepted) == (True, None, ())
    assert closed_text
    assert "refugio" in closed_text["es"]
