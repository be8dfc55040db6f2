"""A rule set that contradicts itself, has ended or leads in a circle is refused, with the line of the file."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from attention_point.conditions import read_condition
from attention_point.directory import queries, services
from attention_point.directory.revision import preview_directory
from attention_point.directory.seed.loading import load_directory, load_yaml_file
from attention_point.directory.validation.condition_samples import always_covers, can_hold_together, list_samples
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.language import in_language

# What is refused is decided before the database is written.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BASE: dict[str, Any] = {
    "code": "PRUEBA",
    "need": "PRUEBA",
    "name": {"es": "Prueba", "en": "Trial"},
    "description": {"es": "Una prueba.", "en": "A trial."},
    "restricted": False,
    "documents_none": True,
    "fields": ["age"],
    "valid_from": "2018-01-01",
    "valid_to": "2020-12-31",
}
OFFER = {"service": "PRUEBA", "entity": "sena", "order": 1, "valid_from": "2018-01-01"}
ONE = {"code": "UNO", "name": {"es": "Uno", "en": "One"}, "valid_from": "2018-01-01", "valid_to": "2018-12-31"}
TWO = {**ONE, "code": "DOS"}
TEXT = {"code": "aviso", "text": {"es": "Un aviso.", "en": "An advice."}}
IRREGULAR = {"status": "irregular"}


def load(session: Session, actor: Actor, offer: dict[str, Any] | None = None, **columns: Any) -> str:
    """What the load of a file with one service says; empty if it is loaded."""
    rows = [{**BASE, **columns}]
    content = yaml.safe_dump({"services": rows, "offers": [{**OFFER, **(offer or {})}]}, sort_keys=False)
    before = queries.get_directory(session)
    try:
        with in_language("en"):
            load_yaml_file(session, actor, content.encode())
    except Invalid as error:
        assert queries.get_directory(session) is before  # the old state is in force
        places = [line for line in error.message.splitlines()[1:] if not line.startswith("line ")]
        assert places == [], "every error names its line"
        return error.message
    return ""


def test_a_sound_service_is_loaded(loaded: Session, actor: Actor) -> None:
    ways = [{**ONE, "applies_if": IRREGULAR}, {**TWO, "applies_if": {"status": "regular"}}]
    assert load(loaded, actor, instruments=ways, advice=[{**TEXT, "applies_if": IRREGULAR}]) == ""


@on_one_database
@pytest.mark.parametrize(
    ("columns", "place", "reason"),
    [
        ({"applies_if": {"age": {"from": 18}, "not": {"age": {"from": 10}}}}, "applies_if", "contradicts itself"),
        ({"applies_if": IRREGULAR, "suggested_if": {"status": "regular"}}, "suggested_if", "excludes the other"),
        ({"applies_if": IRREGULAR, "urgent_if": {"status": "national"}}, "urgent_if", "excludes the other"),
        (
            {"applies_if": IRREGULAR, "instruments": [{**ONE, "applies_if": {"status": "regular"}}]},
            "instruments · 1 (UNO) · applies_if",
            "excludes the other",
        ),
        ({"instruments": [ONE, TWO]}, "instruments · 2 (DOS)", "“UNO” comes first"),
        (
            {
                "instruments": [
                    {**ONE, "applies_if": {"age": {"from": 10}}},
                    {**TWO, "applies_if": {"surely": {"age": {"from": 18}}}},
                ]
            },
            "instruments · 2 (DOS)",
            "“UNO” comes first",
        ),
        (
            {
                "instruments": [
                    {**ONE, "applies_if": IRREGULAR, "advice": [{**TEXT, "applies_if": {"status": "regular"}}]}
                ]
            },
            "advice · 1 (aviso) · applies_if",
            "excludes the other",
        ),
        ({"advice": [{**TEXT, "valid_from": "2021-01-01"}]}, "advice · 1 (aviso)", "the days do not meet"),
        (
            {"instruments": [{**ONE, "valid_from": "2021-01-01", "valid_to": None}]},
            "instruments · 1 (UNO)",
            "the days do not",
        ),
        ({"instruments": [{**ONE, "entity": "icbf"}]}, "instruments · 1 (UNO/icbf) · entity", "icbf"),
        ({"documents": [{"type": "PA", "valid_from": "2018-01-01"}]}, "documents", "no documents"),
        ({"suggested_if": {"needs": ["NO-SUCH"]}}, "suggested_if", "NO-SUCH"),
        ({"applies_if": {"vulnerabilities": ["rich"]}}, "applies_if", "rich"),
        ({"applies_if": {"documents": ["XX"]}}, "applies_if", "XX"),
        ({"applies_if": {"complained_of": "nobody"}}, "applies_if", "nobody"),
        ({"applies_if": {"registered_in": "SISBEN"}}, "applies_if", "SISBEN"),
        ({"valid_from": "2017-01-01", "valid_to": "2017-12-31"}, "offers · 1", "PRUEBA"),
    ],
)
def test_a_contradiction_is_refused(
    loaded: Session, actor: Actor, columns: dict[str, Any], place: str, reason: str
) -> None:
    message = load(loaded, actor, **columns)
    assert place in message
    assert reason in message


def test_an_unknown_entity_is_refused(loaded: Session, actor: Actor) -> None:
    assert "line 18 · offers · 1 (PRUEBA/nobody) · entity" in load(loaded, actor, {"entity": "nobody"})


def test_a_circle_is_refused(loaded: Session, actor: Actor) -> None:
    loaded.info["needs_added_by_rules"] = {"SALUD-AFIL": ("SALUD-URG",)}
    circle = load(loaded, actor, need="SALUD-AFIL", suggested_if={"needs": ["SALUD-URG"]})
    assert "SALUD-URG → SALUD-AFIL → SALUD-URG" in circle
    assert load(loaded, actor, suggested_if={"needs": ["SALUD-URG"]}) == ""
    assert load(loaded, actor, code="OTRA", need="SALUD-URG", suggested_if={"needs": ["PRUEBA"]})


def test_a_need_whose_services_have_ended_is_refused(loaded: Session, actor: Actor) -> None:
    message = load(loaded, actor, valid_from="2018-01-01", valid_to="2019-01-01", applies_if={"needs": ["INTEGRATE"]})
    assert "INTEGRATE" in message


TO_A_MEASURE = {"needs": ["RC-APATRIDIA"]}  # in force to 2027-08-20


@on_one_database
@pytest.mark.parametrize(
    ("columns", "offer", "place"),
    [
        ({"suggested_if": TO_A_MEASURE, "valid_to": None}, {}, "line 16 · services · 1 (PRUEBA) · suggested_if"),
        ({"suggested_if": TO_A_MEASURE, "valid_to": "2027-08-20"}, {}, ""),
        ({"suggested_if": {"not": TO_A_MEASURE}, "valid_to": None}, {}, ""),
        ({"advice": [{**TEXT, "applies_if": TO_A_MEASURE}], "valid_to": None}, {}, "advice · 1 (aviso) · applies_if"),
        ({"advice": [{**TEXT, "applies_if": TO_A_MEASURE, "valid_to": "2027-08-20"}], "valid_to": None}, {}, ""),
        (
            {"instruments": [{**ONE, "entity": "sena"}]},
            {"valid_to": "2018-06-30"},
            "instruments · 1 (UNO/sena) · entity",
        ),
        ({"instruments": [{**ONE, "entity": "sena"}]}, {"valid_to": "2018-12-31"}, ""),
    ],
)
def test_what_leads_to_something_that_ends_must_end_with_it(
    loaded: Session, actor: Actor, columns: dict[str, Any], offer: dict[str, Any], place: str
) -> None:
    message = load(loaded, actor, offer, **{"valid_from": "2018-01-01", **columns})
    assert place in message
    assert bool(place) == bool(message)


def test_a_file_that_ends_what_others_lead_to_must_end_them_too(loaded: Session, actor: Actor) -> None:
    assert load(loaded, actor, {"service": "OTRA"}, code="OTRA", need="OTRA") == ""
    assert load(loaded, actor, suggested_if={"needs": ["OTRA"]}) == ""
    ended = {"code": "OTRA", "need": "OTRA", "valid_to": "2019-12-31"}
    message = load(loaded, actor, {"service": "OTRA"}, **ended)
    assert "(OTRA) · valid_to · From 2020-01-01 on “PRUEBA” leads to what is over" in message
    # An upgrade of the program is never refused for what the office added: the page of what waits says it.
    file = {"services": [{**BASE, **ended}], "offers": [{**OFFER, "service": "OTRA"}]}
    assert load_directory(loaded, actor, file, may_lead_nowhere=True).changed == 1


def test_the_page_refuses_the_same(loaded: Session, actor: Actor) -> None:
    row = queries.get_directory(loaded).services["EDU"]
    offers = [{"entity": "icbf", "order": 1, "valid_from": "2016-01-01", "valid_to": "2016-12-31"}]
    values = {"name": dict(row.name), "description": dict(row.description), "documents_none": True, "documents": []}
    values |= {"papers": [], "fields": ["age"], "valid_from": "2017-01-01", "offers": offers}
    with pytest.raises(Invalid) as refusal:
        services.save_service(loaded, actor, "EDU", row.version, values)
    assert [error.field for error in refusal.value.field_errors][0] == "offers.0.valid_from"


def test_a_preview_leaves_nothing(loaded: Session, actor: Actor) -> None:
    before, revision = queries.get_directory(loaded), queries.get_revision(loaded)
    content = yaml.safe_dump({"services": [BASE], "offers": [OFFER]})
    changed = preview_directory(loaded, lambda: load_yaml_file(loaded, actor, content.encode()))
    assert "PRUEBA" in changed.services
    assert queries.get_directory(loaded).services == before.services
    assert queries.get_revision(loaded) == revision
    with pytest.raises(Invalid):
        preview_directory(loaded, lambda: load_yaml_file(loaded, actor, b"services: [{code: x}]"))
    assert queries.get_directory(loaded).services == before.services


def test_a_file_that_refers_to_itself_ends(loaded: Session, actor: Actor) -> None:
    with in_language("en"), pytest.raises(AppError, match="more than 100000 values"):
        load_yaml_file(loaded, actor, b"services: &all [{code: X, offers: *all}]")


facts = st.one_of(
    st.fixed_dictionaries({"status": st.sampled_from(["regular", "irregular"])}),
    st.fixed_dictionaries({"age": st.fixed_dictionaries({"from": st.integers(0, 30), "to": st.integers(30, 60)})}),
    st.fixed_dictionaries({"entry_stamped": st.booleans()}),
    st.fixed_dictionaries({"documents": st.lists(st.sampled_from(["PA", "DE"]), unique=True, max_size=2)}),
)
conditions = st.recursive(
    facts,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"surely": inner}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)}),
    ),
    max_leaves=4,
)


@given(conditions, conditions, st.integers(0, 70), st.sampled_from([None, "regular", "irregular", "national"]))
def test_what_is_tried_out_stands_for_everybody(
    first: dict[str, Any], second: dict[str, Any], age: int, status: str | None
) -> None:
    """No situation meets two conditions of which the samples say that nobody does."""
    samples = list_samples(first, second)
    if samples is None:
        return
    judges = read_condition(first), read_condition(second)
    assert judges[0] is not None
    assert judges[1] is not None
    for sample in samples[:50]:
        sample.age, sample.status = age, status
        if judges[0].holds(sample) and judges[1].holds(sample):
            assert can_hold_together(first, second)
        if judges[1].may_hold(sample) and always_covers(first, second):
            assert judges[0].holds(sample)
