"""Somebody who wants to recognise people in an extract and has the source: written from the codebook, not the code."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.intake.draft import VisitDraft, read_draft
from attention_point.intake.records.research_records import ConsentedVisit
from attention_point.people.records import find_age

Row = dict[str, str]
METROPOLITAN = {"68001", "68276", "68307", "68547"}
STAGES = {
    **dict.fromkeys("123", "basic"),
    **dict.fromkeys("4567", "secondary"),
    **dict.fromkeys(("8", "9", "10", "11", "12", "13"), "higher"),
    "99": "unknown",
}
RESTRICTED = ("ethnicity", "gender", "disability", "violence", "trafficking", "lgbti", "maternity", "unaccompanied")
SHARES = {
    **dict.fromkeys(RESTRICTED, 0.25),
    **dict.fromkeys(("illness", "street"), 0.5),
    **dict.fromkeys(("papers", "work", "health", "schooling"), 0.8),
}
HARMFUL = {"ethnicity": set("12345"), "gender": {"trans_woman", "trans_man", "other"}}
KNOWN = ("sex", "age", "nationality", "municipality", "education", "population", "status", "month")


@dataclass(frozen=True)
class Target:
    """All that the adversary knows of one person, exactly."""

    sex: str | None
    age: int | None
    nationality: str | None
    municipality: str | None
    education: int | None
    population: str | None
    status: str | None
    month: date


def describe_target(visit: ConsentedVisit) -> Target:
    """What stands in the source, for somebody who saw the source."""
    education = None if visit.education is None else int(visit.education)
    return Target(
        visit.sex,
        visit.age,
        visit.nationality,
        visit.municipality,
        education,
        visit.population,
        visit.status,
        visit.day,
    )


def read_rows(content: bytes) -> list[Row]:
    """The file as the university reads it."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


Alike = dict[tuple[str, ...], list[Row]]


def group_rows(rows: Iterable[Row]) -> Alike:
    """The rows by what they show to somebody who knows people."""
    found: Alike = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in KNOWN), []).append(row)
    return found


def list_matches(rows: Alike, target: Target) -> list[Row]:
    """Every row that may be this person."""
    faces = _list_possible_values(target)
    fits = [faces[name] for name in KNOWN]
    return [
        row
        for told, some in rows.items()
        if all(value in face for value, face in zip(told, fits, strict=True))
        for row in some
    ]


def _list_possible_values(target: Target) -> dict[str, set[str]]:
    """Under which values a person may stand in each column."""
    month = target.month
    education = None if target.education is None else str(target.education)
    return {
        "sex": _or_any(target.sex),
        "age": _list_possible_ages(target.age),
        "nationality": _or_any(target.nationality)
        | ({"other"} if target.nationality not in {None, "VE", "CO"} else set()),
        "municipality": _or_any(target.municipality) | _list_possible_areas(target.municipality),
        "education": _or_any(education) | ({STAGES[education]} if education else set()),
        "population": _or_any(target.population),
        "status": _or_any(target.status)
        | (set() if target.status is None else {"national" if target.status == "national" else "foreign"}),
        "month": {f"{month:%Y-%m}", f"{month.year}-Q{(month.month - 1) // 3 + 1}", str(month.year)},
    }


def _or_any(value: str | None) -> set[str]:
    return {"*", value or "not_given"}


def _list_possible_ages(age: int | None) -> set[str]:
    if age is None:
        return {"*", "not_given"}
    ends = {"0-5": 5, "6-11": 11, "12-17": 17, "18-28": 28, "29-59": 59, "60+": 200}
    return {"*", next(band for band, end in ends.items() if age <= end), "0-17" if age < 18 else "18+"}


def _list_possible_areas(code: str | None) -> set[str]:
    return set() if code is None else {"AMB" if code in METROPOLITAN else "elsewhere"}


def is_impossible(row: Row, target: Target) -> bool:
    """Whether an answer of the row cannot be this person's."""
    man = target.sex == "M"
    age = 30 if target.age is None else target.age
    return (
        (row["maternity"] == "yes" and (man or not 10 <= age <= 59))
        or (row["unaccompanied"] == "yes" and age >= 18)
        or (row["work"] == "yes" and age < 12)
        or (row["gender"] == "woman" and man)
        or (row["gender"] == "man" and target.sex == "F")
    )


def attack_rows(rows: Sequence[Row], targets: Iterable[Target], k: int) -> Iterator[str]:
    """What the adversary achieves: ``linked``, ``excluded``, ``homogeneous …``, ``inferred …``; else nothing."""
    by_face = group_rows(rows)
    for target in set(targets):
        found = list_matches(by_face, target)
        if 0 < len(found) < k:
            yield "linked"
        if 0 < sum(not is_impossible(row, target) for row in found) < k:
            yield "excluded"
        for name, share in SHARES.items():
            told = [row[name] for row in found if row[name] != "*"]
            harmful = sum(value in HARMFUL.get(name, {"yes"}) for value in told)
            if told and len(set(told)) < 2:
                yield f"homogeneous {name}"
            if told and harmful > share * len(told):
                yield f"inferred {name}"
    yield from _infer_status(rows)


def _infer_status(rows: Sequence[Row]) -> Iterator[str]:
    """All that is known but the status: does it give the status away?"""
    groups: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        if row["status"] != "*":
            groups.setdefault(tuple(row[name] for name in KNOWN if name != "status"), []).append(row["status"])
    for told in groups.values():
        if sum(value in {"irregular", "in_process", "asylum_seeker"} for value in told) > 0.8 * len(told):
            yield "inferred status"


def invent_consented_visits(people: int, seed: int = 1) -> list[ConsentedVisit]:
    """Invented people of the second semester of 2017 who allowed research, as the desk would have heard them."""
    drafts = invent_visits(people, date(2017, 8, 9), date(2017, 12, 29), seed)
    return [_convert_draft(read_draft(draft)) for draft in drafts if _allows_research(draft)]


def _allows_research(draft: dict[str, object]) -> bool:
    consents = draft["consents"]
    assert isinstance(consents, list)
    return any(consent["purpose"] == "research" and consent["granted"] for consent in consents)


def _convert_draft(draft: VisitDraft) -> ConsentedVisit:
    person, disability = draft.person, draft.person.disability
    return ConsentedVisit(
        member=draft.id.bytes,
        day=draft.attended_day,
        age=find_age(draft.person_fields, draft.attended_day),
        sex=person.sex,
        nationality=person.nationality,
        municipality=person.municipality,
        education=person.education,
        population=person.population,
        status=person.status,
        ethnicity=person.ethnicity,
        gender=person.gender,
        disability=disability.is_present if disability else None,
        needs=draft.needs,
        vulnerabilities=draft.vulnerabilities,
    )
