"""An invented month: visits and referrals as the desk would record them, the same for the same seed."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeVar

from attention_point.tallies.counted_cells import CellKey, build_cells_of_facts
from attention_point.tallies.facts import ReferralFacts, VisitFacts

Choice = TypeVar("Choice")
ENTITIES = {
    "MIG-REG": "migracion-colombia", "EMP-SENA": "sena", "SALUD-AFIL": "salud", "EDU": "secretaria-educacion",
    "RC-CO": "registraduria", "NNA-PROT": "icbf", "DDHH": "personeria", "VBG": "comisaria-familia",
    "TRATA": "fiscalia", "REFUGIO": "cancilleria", "HUMAN": "gifmm", "QUEJA-SP": "procuraduria",
}  # fmt: skip
NEEDS = dict(zip(ENTITIES, (40, 20, 30, 15, 10, 5, 4, 3, 0.3, 3, 10, 1), strict=True))
ORIGINS = {"VE-S": 30, "VE-V": 20, "VE-A": 12, "VE-G": 10, "VE-L": 5, "VE-F": 2, "VE-X": 0.5, None: 5}
MUNICIPALITIES = {"68001": 70, "68276": 12, "68307": 10, "68547": 6, "54001": 0.5}
STATES = {"created": 15, "seen": 10, "accepted": 15, "rejected": 4, "attended": 45, "no_show": 8, "closed": 3}


class _Chance:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, weights: Mapping[Choice, float]) -> Choice:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def some(self, weights: Mapping[str, float], most: int) -> tuple[str, ...]:
        return tuple(sorted({self.of(weights) for _ in range(self.random.randint(1, most))}))

    def working_day(self, month: date) -> date:
        while (day := month.replace(day=self.random.randint(1, 28))).weekday() > 4:
            pass
        return day


def invent_facts(visits: int, month: date = date(2017, 9, 1), seed: int = 1) -> Iterator[VisitFacts | ReferralFacts]:
    """The facts of a month at one point."""
    chance = _Chance(seed)
    people: list[VisitFacts] = []
    for _ in range(visits):
        visit = _visit(chance, month)
        if not visit.first_this_month:
            visit = _returned(chance, visit, people)
        if visit.first_this_month:
            people.append(visit)
        yield visit
        for need in visit.needs:
            state = chance.of(STATES)
            answered = None if state in {"created", "seen"} else chance.random.randint(0, 20)
            yield ReferralFacts(visit.point, visit.day, ENTITIES[need], need, state, answered)


def _visit(chance: _Chance, month: date) -> VisitFacts:
    first = chance.random.random() < 0.9
    needs = chance.some(NEEDS, 3)
    troubles = {"pregnant": 6, "lactating": 4, "older_adult": 3, "disability": 2, "gender_violence": 2, "street": 2}
    vulnerabilities = chance.some(troubles, 1) if chance.random.random() < 0.3 else ()
    nationality = chance.of({"VE": 85, "CO": 13, "EC": 0.5, "PE": 0.3})
    abroad = {"regular": 30, "irregular": 55, "in_process": 8, "asylum_seeker": 3, None: 4}
    return VisitFacts(
        "bucaramanga",
        chance.working_day(month),
        chance.random.randint(7, 16),
        first_ever=first and chance.random.random() < 0.8,
        first_this_month=first,
        new_needs=needs if first else (),
        new_vulnerabilities=vulnerabilities if first else (),
        person={
            "sex": chance.of({"F": 55, "M": 43, "I": 0.3, "N": 0.6, None: 1}),
            "age": chance.of({3: 8, 8: 6, 15: 6, 22: 30, 40: 40, 70: 8, None: 2}),
            "population": chance.of(
                {"migrant": 75, "returnee": 12, "binational": 8, "host_community": 3, "other": 0.7}
            ),
            "nationality": nationality,
            "status": "national" if nationality == "CO" else chance.of(abroad),
            "documents": chance.of({("DE",): 50, ("DE", "PA"): 20, ("PA",): 15, ("CC",): 12, ("SI",): 3}),
            "origin": chance.of(ORIGINS),
            "municipality": chance.of(MUNICIPALITIES),
            "intention": chance.of({"stay": 70, "transit": 15, "return": 4, "circular": 6, None: 5}),
            "education": chance.of({1: 3, 3: 20, 4: 15, 5: 35, 8: 8, 10: 12, None: 7}),
            "ethnicity": chance.of({6: 80, 5: 6, 1: 3, 9: 4, None: 7}),
            "gender": chance.of({"woman": 40, "man": 30, "trans_woman": 1, None: 29}),
            "disability": chance.of({True: 3, False: 80, None: 17}),
        },
        needs=needs,
        vulnerabilities=vulnerabilities,
        wait=chance.of({5: 40, 20: 30, 45: 20, 90: 8, 150: 1, None: 6}),
    )


def _returned(chance: _Chance, visit: VisitFacts, people: list[VisitFacts]) -> VisitFacts:
    """Somebody of these comes again, half of the time for something new; nobody can who is the first to come."""
    if not people:
        return visit._replace(first_this_month=True, new_needs=visit.needs, new_vulnerabilities=visit.vulnerabilities)
    number = chance.random.randrange(len(people))
    person = people[number]
    needs = visit.needs if chance.random.random() < 0.5 else person.needs[:1]
    troubles = tuple(sorted({*person.vulnerabilities, *visit.vulnerabilities}))
    again = person._replace(
        day=max(visit.day, person.day),
        hour=visit.hour,
        wait=visit.wait,
        first_ever=False,
        first_this_month=False,
        needs=needs,
        vulnerabilities=troubles,
        new_needs=tuple(need for need in needs if need not in person.needs),
        new_vulnerabilities=tuple(trouble for trouble in troubles if trouble not in person.vulnerabilities),
    )
    people[number] = person._replace(needs=(*person.needs, *again.new_needs), vulnerabilities=troubles)
    return again


def invent_table_counts(
    visits: int, month: date = date(2017, 9, 1), seed: int = 1
) -> dict[str, dict[tuple[str, ...], int]]:
    """The same as the protection takes it: table → place → count."""
    tables: dict[str, dict[tuple[str, ...], int]] = {}
    for (_day, _point, table, cell), count in invent_counts(visits, month, seed).items():
        cells = tables.setdefault(table, {})
        place = tuple(cell.split("|"))
        cells[place] = cells.get(place, 0) + count
    return tables


def invent_counts(visits: int, month: date = date(2017, 9, 1), seed: int = 1) -> Counter[CellKey]:
    """What the month counts up to."""
    counts: Counter[CellKey] = Counter()
    for fact in invent_facts(visits, month, seed):
        counts.update(build_cells_of_facts(fact))
    return counts
