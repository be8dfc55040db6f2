"""What a draft refuses, and that it names the field."""

import copy
from typing import Any

import pytest

from attention_point.foundation.errors import Invalid
from attention_point.intake.draft import read_draft
from tests.support.visits import draft

BAD: list[tuple[str, list[str | int], Any]] = [
    ("person.given_names", ["person", "given_names"], "x" * 81),
    ("person.given_names", ["person", "given_names"], 5),
    ("person.given_names", ["person", "given_names"], "a\x00b"),
    ("person.given_names", ["person", "given_names"], "a\nb"),
    ("person.given_names", ["person", "given_names"], "\ud800"),
    ("person.surname_1", ["person", "surname_1"], ["a"]),
    ("person.sex", ["person", "sex"], "Q"),
    ("person.sex", ["person", "sex"], {"a": 1}),
    ("person.nationality", ["person", "nationality"], "Venezuela"),
    ("person.foo", ["person", "foo"], 1),
    ("foo", ["foo"], 1),
    ("person.birth_date", ["person", "birth_date"], "1991-02-30"),
    ("person.birth_date", ["person", "birth_date"], "17/03/1991"),
    ("person.birth_date", ["person", "birth_date"], 0),
    ("person.birth_date", ["person", "birth_date"], "2017-08-10"),
    ("person.birth_date", ["person", "birth_date"], "1850-01-01"),
    ("person.birth_date", ["person", "birth_date"], "1850"),
    ("person.birth_date", ["person", "birth_date"], "1887-08-09"),
    ("person.birth_date", ["person", "birth_date"], "2018"),
    ("person.birth_date", ["person", "birth_date"], "2017-09"),
    ("person.birth_date", ["person", "birth_date"], "1991-13"),
    ("person.birth_date", ["person", "birth_date"], 1991),
    ("person.age", ["person"], {"age": 130}),
    ("person.age", ["person"], {"age": -1}),
    ("person.age", ["person"], {"age": 34.5}),
    ("person.age", ["person"], {"age": "34"}),
    ("person.age", ["person"], {"age": True}),
    ("person.age", ["person"], {"age": 24, "birth_date": "1991"}),
    ("facts.arrived_on", ["facts"], {"arrived_on": "2017-09"}),
    ("facts.arrived_on", ["facts"], {"arrived_on": "last year"}),
    ("facts.measure_notified_on", ["facts"], {"measure_notified_on": "2017-08-10"}),
    ("facts.measure_notified_on", ["facts"], {"measure_notified_on": "2017-13-10"}),
    ("facts.registered_in", ["facts"], {"registered_in": "SISBEN"}),
    ("facts.entry_stamped", ["facts"], {"entry_stamped": "yes"}),
    ("person.education", ["person", "education"], 77),
    ("person.education", ["person", "education"], "5"),
    ("person.ethnicity", ["person", "ethnicity"], True),
    ("person.municipality", ["person", "municipality"], "99999"),
    ("person.documents", ["person", "documents"], "V-1"),
    ("person.documents.0.type", ["person", "documents", 0, "type"], "ZZ"),
    ("person.documents.0.number", ["person", "documents", 0, "number"], "1.2E+09"),
    ("person.documents.0.number", ["person", "documents", 0, "number"], "9" * 33),
    ("person.documents.0.number", ["person", "documents", 0, "number"], "12\x1b34"),
    ("person.documents.0.expires", ["person", "documents", 0, "expires"], "2019-13-01"),
    ("person.disability.seeing", ["person", "disability"], {"seeing": "bad"}),
    ("person.id", ["person", "id"], "1"),
    ("person", ["person"], []),
    ("household.adults", ["household"], {"adults": -1}),
    ("household.adults", ["household"], {"adults": 51}),
    ("household.children", ["household"], {"children": 1.5}),
    ("household.accompanied_by", ["household"], {"accompanied_by": "uncle"}),
    ("vulnerabilities.0", ["vulnerabilities"], ["rich"]),
    ("needs", ["needs"], []),
    ("needs", ["needs"], None),
    ("needs", ["needs"], "MIG-REG"),
    ("needs.0", ["needs"], [3]),
    ("needs.0", ["needs"], ["mig reg"]),
    ("facts.complained_of", ["facts"], {"complained_of": "A B"}),
    ("facts.child_born_in_colombia_without_note", ["facts"], {"child_born_in_colombia_without_note": "yes"}),
    ("consents.0.purpose", ["consents", 0, "purpose"], "sell"),
    ("consents.0.granted", ["consents", 0, "granted"], "yes"),
    ("consents.0.text_version", ["consents", 0, "text_version"], ""),
    ("notes", ["notes"], "y" * 2001),
    ("notes", ["notes"], "a\x07b"),
    ("id", ["id"], "zz"),
    ("attended_at", ["attended_at"], "2017-08-09T08:30:00"),
    ("attended_at", ["attended_at"], "2999-01-01T00:00:00Z"),
    ("attended_at", ["attended_at"], "1999-01-01T00:00:00Z"),
    ("attended_at", ["attended_at"], 1502285400),
    ("attended_at", ["attended_at"], "1502267400"),
    ("person.birth_date", ["person", "birth_date"], "669168000"),
    ("attended_at", ["attended_at"], "soon"),
    ("point", ["point"], "Not A Code"),
    ("refer.0", ["refer"], [1]),
    ("declined.0.service", ["declined"], [{"reason": "x"}]),
    ("person.given_names", ["person", "given_names"], "Ana\u202eanA"),
    ("person.surname_1", ["person", "surname_1"], "Rojas\u2028Rojas"),
    (
        "consents.1.granted",
        ["consents"],
        [{"purpose": "referral:*", "granted": granted, "text_version": "2017-1"} for granted in (False, True)],
    ),
]


def changed(path: list[str | int], value: Any) -> dict[str, Any]:
    """A draft with one thing changed."""
    made = copy.deepcopy(draft())
    place: Any = made
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return made


@pytest.mark.parametrize(("field", "path", "value"), BAD)
def test_a_bad_value_is_named(field: str, path: list[str | int], value: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        read_draft(changed(path, value))
    assert field in [complaint.field for complaint in refusal.value.field_errors]
    assert all(complaint.message for complaint in refusal.value.field_errors)


@pytest.mark.parametrize("payload", [None, [], "text", 3, True])
def test_what_is_no_object_is_refused(payload: object) -> None:
    with pytest.raises(Invalid):
        read_draft(payload)


@pytest.mark.parametrize("required", ["id", "point", "attended_at", "needs"])
def test_four_fields_are_required(required: str) -> None:
    made = draft()
    del made[required]
    with pytest.raises(Invalid) as refusal:
        read_draft(made)
    assert [complaint.field for complaint in refusal.value.field_errors] == [required]


def test_nothing_else_is_required() -> None:
    made = draft()
    read_draft({name: made[name] for name in ("id", "point", "attended_at", "needs")})


def test_null_is_the_same_as_absent() -> None:
    made = {**draft(), "person": None, "household": None, "vulnerabilities": None, "facts": None, "consents": None}
    assert read_draft({**made, "notes": None, "refer": None}).person.given_names is None


def test_a_draft_that_does_not_say_new_is_what_it_was_before_one_could() -> None:
    """The fingerprint of a visit is over what was said: one that was sent before an upgrade is still the same after."""
    said = read_draft(draft()).model_dump(mode="json", exclude_none=True)
    assert "new" not in said["person"]
    assert read_draft(changed(["person", "new"], True)).person.new is True


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(Invalid) as refusal:
        read_draft(changed(["person", "given_names"], "Canary" * 30))
    assert "Canary" not in repr(refusal.value.field_errors) + str(refusal.value)
    assert refusal.value.__cause__ is None


def test_documents_come_in_one_spelling() -> None:
    made = changed(["person", "documents"], [{"type": "pep", "number": " 123.456-789 012345 "}])
    assert [(document.type, document.number) for document in read_draft(made).person.documents] == [
        ("PE", "123456789012345")
    ]


def test_disability_is_one_answer_of_a_lot() -> None:
    some = read_draft(changed(["person", "disability"], {"seeing": "some", "walking": None})).person.disability
    much = read_draft(changed(["person", "disability"], {"seeing": "a_lot"})).person.disability
    assert some is not None
    assert much is not None
    assert (some.is_present, much.is_present) == (False, True)
