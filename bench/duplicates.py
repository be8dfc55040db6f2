"""How many records of one person are noticed, and how many pairs are of two: ``python -m bench.duplicates`` prints it.

Invented people, some of them recorded a second time as they are in life: another document, a slip of the keyboard, an
age in place of a birth date. Among them are those who look alike and are two: twins, brothers and sisters, a father and
a son of one name, strangers of one name. All are sealed and searched as real ones are.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.people import records
from attention_point.people.duplicates import candidate_search
from attention_point.people.models import PossibleDuplicate
from bench.report import Figure, format_table, working_folder
from bench.search import create_database, fill_records, invent_records

SHARED_PAPERS = "twins with their mother's passport"
CHANGED_TELEPHONES = 0.5  # of those who come again some months later
Record = dict[str, Any]
Change = Callable[[random.Random, Record], Record]


def slip_letter(chance: random.Random, word: str) -> str:
    """A word with two letters swapped, one left out or one doubled, never at its ends."""
    if len(word) < 4:
        return word
    place = chance.randrange(1, len(word) - 2)
    kind = chance.randrange(3)
    if kind == 0:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word[:place] + word[place + 1 :] if kind == 1 else word[:place] + word[place] + word[place:]


def _mistype_number(chance: random.Random, record: Record) -> Record:
    number = record["documents"][0]["number"]
    place = chance.randrange(1, len(number))
    other = chance.choice([digit for digit in "0123456789" if digit != number[place]])
    return {"documents": [{"type": "DE", "number": number[:place] + other + number[place + 1 :]}]}


def _change_telephone(chance: random.Random, _record: Record) -> Record:
    return {"phone": f"+57 31{chance.randrange(10**8):08d}"}


def _change_document(chance: random.Random, _record: Record) -> Record:
    return {"documents": [{"type": "PA", "number": f"{chance.randrange(10**8, 10**9)}"}]}


def _slip_birth_date(chance: random.Random, record: Record) -> Record:
    day = date.fromisoformat(record["birth_date"])
    if day.day <= 12 and chance.random() < 0.5:
        return {"birth_date": day.replace(month=day.day, day=day.month).isoformat()}
    return {"birth_date": (day + timedelta(days=chance.choice((1, -1, 10, 365)))).isoformat()}


SAME_PERSON: Mapping[str, Change] = {
    "nothing else": lambda _chance, _record: {},
    "a slip in a surname": lambda chance, record: {"surname_1": slip_letter(chance, record["surname_1"])},
    "a slip in a given name": lambda chance, record: {"given_names": slip_letter(chance, record["given_names"])},
    "without the second surname": lambda _chance, _record: {"surname_2": None},
    "without the second given name": lambda _chance, record: {"given_names": record["given_names"].split()[0]},
    "surnames turned round": lambda _chance, record: {
        "surname_1": record.get("surname_2") or record["surname_1"],
        "surname_2": record["surname_1"] if record.get("surname_2") else None,
    },
    "a slip in the birth date": _slip_birth_date,
    "a year in place of the birth date": lambda _chance, record: {"birth_date": record["birth_date"][:4]},
    "no birth date": lambda _chance, _record: {"birth_date": None},
    "another telephone": lambda chance, record: _change_telephone(chance, record),
}
"""What a second record of one person says otherwise; each with the same, a mistyped and another document."""
DOCUMENTS: Mapping[str, Change] = {
    "the same document": lambda _chance, _record: {},
    "a mistyped document": _mistype_number,
    "another document": _change_document,
    "no document": lambda _chance, _record: {"documents": None},
}
TWO_PEOPLE: Mapping[str, Change] = {
    "twins": lambda chance, record: _build_relative(chance, record, record["birth_date"]),
    "brothers and sisters": lambda chance, record: _build_relative(chance, record, _move_years(chance, record, 2, 9)),
    "a parent and a child of one name": lambda chance, record: {
        **_build_relative(chance, record, _move_years(chance, record, 18, 35)),
        "given_names": record["given_names"],
    },
    "strangers of one name": lambda chance, record: {
        **_change_document(chance, record),
        "birth_date": f"{chance.randint(1940, 2016)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        "phone": f"+57 31{chance.randrange(10**8):08d}",
        "sex": chance.choice("FM"),
    },
    SHARED_PAPERS: lambda chance, record: {
        **_build_relative(chance, record, record["birth_date"]),
        "documents": record["documents"],
    },
}
"""Two people who look alike, each made of the record of the first."""


def _move_years(chance: random.Random, record: Record, least: int, most: int) -> str:
    day = date.fromisoformat(record["birth_date"]) + timedelta(days=chance.randint(least * 365, most * 365))
    return day.isoformat()


def _build_relative(chance: random.Random, record: Record, birth_date: str) -> Record:
    other_names = [name for name in RELATIVE_NAMES if name not in record["given_names"]]
    return {
        **_change_document(chance, record),
        "given_names": chance.choice(other_names),
        "birth_date": birth_date,
        "sex": chance.choice("FM"),
    }


RELATIVE_NAMES = ("Yulimar", "Wilmer José", "Ana Karina", "Deivis", "Luz Marina", "Rosmery", "Édgar", "Íngrid Paola")


class InventedPairs(NamedTuple):
    """All records, and the pairs among them by their positions, each with its kind; ``same`` are of one person."""

    records: list[Record]
    same: dict[tuple[int, int], str]
    different: dict[tuple[int, int], str]


def invent_pairs(people: int, seed: int = 3) -> InventedPairs:
    """So many people, a tenth of them twice, and a tenth with somebody who looks alike. The second comes at the end."""
    chance = random.Random(seed)
    every_record = [record | _invent_answers(chance) for record in invent_records(people, seed)]
    same: dict[tuple[int, int], str] = {}
    different: dict[tuple[int, int], str] = {}
    kinds = [(change, document) for change in SAME_PERSON for document in DOCUMENTS]
    for number in range(people // 10):
        change, document = kinds[number % len(kinds)]
        second = every_record[number] | DOCUMENTS[document](chance, every_record[number])
        if chance.random() < CHANGED_TELEPHONES:
            second |= _change_telephone(chance, second)
        second |= SAME_PERSON[change](chance, every_record[number])
        same[number, len(every_record)] = f"{document}: {change}"
        every_record.append({field: value for field, value in second.items() if value is not None})
    for number in range(people // 10, people // 5):
        kind = list(TWO_PEOPLE)[number % len(TWO_PEOPLE)]
        different[number, len(every_record)] = kind
        every_record.append(every_record[number] | TWO_PEOPLE[kind](chance, every_record[number]))
    return InventedPairs(every_record, same, different)


def _invent_answers(chance: random.Random) -> Record:
    # Numbers as scattered as real ones: those of people who follow each other would differ by one digit.
    return {
        "sex": chance.choice("FM"),
        "documents": [{"type": "DE", "number": f"V{chance.randrange(3_000_000, 33_000_000)}"}],
        "phone": f"+57 3{chance.randrange(10):02d}{chance.randrange(10**7):07d}",
    }


def search_duplicates(database: Database) -> float:
    """Compare everybody, as the job does. Returns the seconds of CPU."""
    start = time.process_time()
    while candidate_search.compare_new_people(database, clock.now()):
        pass
    return time.process_time() - start


def list_noted_pairs(database: Database) -> set[tuple[int, int]]:
    """The noted pairs, by the positions of their records."""
    with database.read_session() as session:
        rows = session.execute(select(PossibleDuplicate.person_id, PossibleDuplicate.other_id)).all()
        opened_people = records.open_people(session, {person for row in rows for person in row})
        positions = {row: person.record["position"] for row, person in opened_people.items() if person}
    return {(min(pair), max(pair)) for pair in ((positions[one], positions[other]) for one, other in rows)}


def build_section(people: int) -> str:
    """Measure; the section of the page."""
    invented = invent_pairs(people)
    with working_folder() as folder:
        database = create_database(folder)
        fill_records(database, (row | {"position": number} for number, row in enumerate(invented.records)))
        seconds = search_duplicates(database)
        noted = list_noted_pairs(database)
        database.close()
    found = [pair in noted for pair in invented.same]
    true_pairs = noted & invented.same.keys()
    strangers = noted - invented.same.keys() - invented.different.keys()
    figures = [
        Figure("", f"of {len(found)} second records: noticed (recall)", [sum(found) / len(found) * 100], "%"),
        Figure("", f"of {len(noted)} pairs: of one person (precision)", [len(true_pairs) / len(noted) * 100], "%"),
        Figure("", f"pairs of two people who have nothing to do with each other, among {people}", [len(strangers)], ""),
        Figure("", "CPU of the job for each person", [seconds * 1000 / len(invented.records)], "ms"),
    ]
    return "\n".join(
        [
            format_table(figures),
            "",
            *_format_shares("Of one person, by the second record", invented.same, noted),
            "",
            *_format_shares("Of two people, by who they are", invented.different, noted),
        ]
    )


def _format_shares(title: str, kinds: Mapping[tuple[int, int], str], noted: Collection[tuple[int, int]]) -> list[str]:
    pairs, found = Counter(kinds.values()), Counter(kind for pair, kind in kinds.items() if pair in noted)
    rows = [f"| {kind} | {found[kind]} of {count} |" for kind, count in sorted(pairs.items())]
    return [f"| {title} | Noted |", "|---|---|", *rows]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    print(build_section(parser.parse_args().people))
