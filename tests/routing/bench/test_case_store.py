"""Cases that are kept: loaded, never over what the office changed, added, edited, removed."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM, Actor, get_permissions
from attention_point.foundation.errors import AppError, Conflict, NotFound
from attention_point.routing.bench import case_store
from attention_point.routing.bench.models import StoredCase

OFFICE = Actor("system", None, "Luz Marina", "office", get_permissions("office"))
CONTENT: dict[str, Any] = {
    "date": "2022-06-01",
    "who": "Señora de 40 años que pide un cupo para su hija",
    "s": {"needs": ["EDU"], "arrived_on": "2018-04", "documents": [{"type": "PE", "expires": "2021-01-01"}]},
    "want": ["EDU"],
}


def test_the_shipped_cases_are_loaded_once(session: Session) -> None:
    case_store.load_shipped_cases(session)
    cases = case_store.list_cases(session)
    assert len(cases) >= 60
    assert [kept.code for kept in cases if kept.fault] == []
    documents = [case_store.parse_yaml(file.read_bytes()) for file in case_store.SHIPPED_FILES]
    again = [case_store.load_cases(session, SYSTEM, document) for document in documents]
    assert sum(loaded.unchanged for loaded in again) == len(cases)
    assert {(loaded.added, loaded.changed, loaded.kept) for loaded in again} == {(0, 0, 0)}


def test_a_load_leaves_what_the_office_changed_or_removed(session: Session) -> None:
    document = {
        "cases": [
            {"id": code, **CONTENT, "date": date(2022, 6, 1), "s": {"needs": ["EDU"]}} for code in ("a", "b", "c")
        ]
    }
    assert case_store.load_cases(session, SYSTEM, document).added == 3
    case_store.save_case(session, OFFICE, "a", 1, {**CONTENT, "extra": "Decirlo."})
    case_store.remove_case(session, OFFICE, "b", 1)
    for entry in document["cases"]:
        entry["who"] = "Otra señora de 40 años"
    assert case_store.load_cases(session, SYSTEM, document) == (0, 1, 0, 2)
    assert [(kept.code, kept.content["who"][:4]) for kept in case_store.list_cases(session)] == [
        ("a", "Seño"),
        ("c", "Otra"),
    ]


def test_an_added_case_is_replayed_and_a_bad_one_is_refused(session: Session) -> None:
    code = case_store.add_case(session, OFFICE, CONTENT)
    kept = case_store.get_case(session, code)
    assert kept.case is not None
    assert kept.case.situation.documents[0].type == "PE"
    assert str(kept.case.situation.documents[0].expires) == "2021-01-01"
    for bad in ({"date": "31/02/2022"}, {"s": {"age": "forty"}}, {"s": {"arrived_on": "long ago"}}, {"want": "EDU"}):
        with pytest.raises(AppError):
            case_store.add_case(session, OFFICE, {**CONTENT, **bad})
    assert len(case_store.list_cases(session)) == 1


def test_nobody_saves_over_another(session: Session) -> None:
    code = case_store.add_case(session, OFFICE, CONTENT)
    case_store.save_case(session, OFFICE, code, 1, {**CONTENT, "who": "Primera persona que guarda"})
    with pytest.raises(Conflict):
        case_store.save_case(session, OFFICE, code, 1, {**CONTENT, "who": "Segunda persona que guarda"})
    with pytest.raises(Conflict):
        case_store.remove_case(session, OFFICE, code, 1)
    case_store.remove_case(session, OFFICE, code, 2)
    with pytest.raises(NotFound):
        case_store.get_case(session, code)


def test_a_row_of_an_older_program_is_shown_as_such(session: Session) -> None:
    session.add(
        StoredCase(
            code="old", content={"date": "2017-01-01", "s": {"gone": 1}}, origin="loaded", removed=False, version=1
        )
    )
    session.flush()
    (kept,) = case_store.list_cases(session)
    assert kept.case is None
    assert "gone" in kept.fault
    assert session.scalars(select(StoredCase)).one().code == "old"


def test_only_cases_that_a_lawyer_can_read_are_kept(session: Session) -> None:
    exact = {"cases": [{"id": "a", "date": date(2022, 6, 1), "suggestions": []}]}
    with pytest.raises(AppError):
        case_store.load_cases(session, SYSTEM, exact)


def test_a_file_that_unfolds_into_millions_of_values_is_refused() -> None:
    bomb = b"a: &a [1, 2]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (98 + i, 98 + i, 97 + i, 97 + i) for i in range(20))
    with pytest.raises(AppError):
        case_store.parse_yaml(bomb + b"cases: [{id: *u}]")


@pytest.mark.parametrize(
    "changes",
    [
        {"who": b"\x00"},
        {"who": "a\x00b"},
        {"extra": "\ud800"},
        {"extra": ["a"]},
        {"id": "a/b"},
        {"id": ""},
        {"slip": {"EDU": "\x00"}},
    ],
    ids=str,
)
def test_what_no_page_could_show_is_refused(session: Session, changes: dict[str, Any]) -> None:
    entry = {"id": "a", **CONTENT, "date": date(2022, 6, 1), "s": {"needs": ["EDU"]}, **changes}
    with pytest.raises(AppError):
        case_store.load_cases(session, SYSTEM, {"cases": [entry]})
