"""What a change of the directory would alter is known before it is published."""

from dataclasses import replace
from datetime import date

from attention_point.foundation.language import in_language
from attention_point.routing.bench.case_store import SHIPPED_FILES
from attention_point.routing.bench.cases import parse_cases
from attention_point.routing.bench.comparison import compare_rule_sets
from attention_point.routing.bench.rule_sets import build_rule_set
from attention_point.routing.rules import RULES, build_advice
from attention_point.routing.versions import PROGRAM_PART, compute_rule_set_version, list_rule_set_parts
from tests.routing.bench.support import change_service, shipped_rules
from tests.routing.directory_data import directory
from tests.routing.yaml_file import load_yaml

CASES = parse_cases(load_yaml(SHIPPED_FILES[1]))


def test_peers_12_rules_are_data_with_a_reason_and_dates_and_a_bench_replays_them_over_cases() -> None:
    service = directory().services["MIG-REG"]
    # Data: each window is dated and stands on a law; each rule and each suggestion has its reason.
    assert all(instrument.valid_from and instrument.basis for instrument in service.instruments)
    assert all(rule.reason.msgid for rule in RULES)
    suggestions = [
        row for case in CASES for row in build_advice(case.situation, shipped_rules().offers, case.day).suggestions
    ]
    assert all(row.reason.msgid and row.rule_set == shipped_rules().offers.rule_set for row in suggestions)
    # The bench: a window that closes a month earlier, tried before it is published.
    instruments = tuple(
        replace(row, valid_to=date(2017, 9, 30)) if row.code == "PEP-1" else row for row in service.instruments
    )
    with in_language("es"):
        changes = compare_rule_sets(
            CASES, shipped_rules(), build_rule_set(change_service("MIG-REG", instruments=instruments))
        )
    (change,) = changes
    assert (change.case.id, change.day, change.agreed, change.agrees) == (
        "pep1-dentro",
        date(2017, 10, 31),
        True,
        False,
    )
    (answer,) = change.answers
    assert answer.service == "Permisos para vivir en Colombia"
    assert "Permiso Especial de Permanencia, fase 1" in answer.before
    assert answer.after.startswith("Hoy no hay un permiso abierto para su caso.")


def test_a_service_that_ends_is_told_as_one_that_is_offered_no_more() -> None:
    ended = build_rule_set(change_service("EDU", valid_to=date(2020, 12, 31)))
    with in_language("es"):
        changes = compare_rule_sets(CASES, shipped_rules(), ended)
    answers = {answer for change in changes for answer in change.answers if answer.service == "Cupo escolar"}
    assert {answer.after for answer in answers} == {"No se ofrece"}
    assert all(change.day > date(2020, 12, 31) for change in changes)


def test_what_alters_no_answer_is_silent() -> None:
    assert compare_rule_sets(CASES, shipped_rules(), shipped_rules()) == []
    renamed = build_rule_set(change_service("EDU", description={"es": "Otra frase.", "en": "Another sentence."}))
    assert renamed.offers.rule_set != shipped_rules().offers.rule_set
    assert compare_rule_sets(CASES, shipped_rules(), renamed) == []


def test_a_version_is_of_what_decides_and_is_said_not_of_who_wrote_it() -> None:
    version = compute_rule_set_version(directory())
    assert compute_rule_set_version(change_service("EDU", origin="edited", version=7)) == version
    other = change_service("EDU", closed={"es": "Cerrado.", "en": "Closed."})
    assert compute_rule_set_version(other) != version
    before, after = list_rule_set_parts(directory()), list_rule_set_parts(other)
    assert {code for code in before if before[code] != after[code]} == {"EDU"}
    assert PROGRAM_PART in before


def test_an_entity_that_ends_is_another_version() -> None:
    entities = {**directory().entities, "sena": replace(directory().entities["sena"], valid_to=date(2025, 1, 1))}
    assert compute_rule_set_version(replace(directory(), entities=entities)) != compute_rule_set_version(directory())
