"""How long a search takes, and whether it finds: ``python -m bench.search --people 1000000`` prints a section.

The people are invented, sealed and tagged as real ones are, with names as skewed as those of Venezuela and Colombia: a
few surnames and given names are those of a large part of all.
"""

import argparse
import random
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import accumulate, islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.database.identifiers import build_id_at
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.records import visit_search
from attention_point.people import queries, records
from attention_point.people.models import Person, PersonTag
from attention_point.people.name_sounds import build_name_key
from attention_point.people.search.index_keeper import SESSION_KEY, IndexState, NameIndexKeeper
from attention_point.people.search.people_search import SearchResult
from bench.people import GIVEN, SURNAMES
from bench.report import Figure, format_table, working_folder

SEARCHES, CHUNK = 400, 20_000
GIVEN_NAMES, SURNAME_COUNT = 2_500, 9_000
OLD_LIMIT = 50  # people of one key, taken before any ranking: how it was until decision 29
ONSETS = ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "z", "ch", "br", "gr", "y")


class InventedPerson(NamedTuple):
    """Somebody who can be searched for."""

    id: UUID
    record: dict[str, Any]


def invent_vocabulary(chance: random.Random, first: Sequence[str], size: int, ending: str) -> list[str]:
    """Names: the given ones, then pronounceable ones that nobody has."""
    names = list(dict.fromkeys(word for name in first for word in name.split()))
    while len(names) < size:
        syllables = [chance.choice(ONSETS) + chance.choice("aeiou") for _ in range(chance.randint(2, 4))]
        names.append("".join(syllables).capitalize() + chance.choice(("", "n", "s", ending)))
    return list(dict.fromkeys(names))


def invent_records(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Records of invented people. The commonest surname and given name are those of about three in a hundred."""
    chance = random.Random(seed)
    given_names = invent_vocabulary(chance, GIVEN, GIVEN_NAMES, "el")
    surnames = invent_vocabulary(chance, SURNAMES, SURNAME_COUNT, "ez")
    # Zipf's law with the head cut: so the counts of surnames run in both countries.
    given_weights = list(accumulate(1 / (rank + 5) ** 0.95 for rank in range(len(given_names))))
    surname_weights = list(accumulate(1 / (rank + 4) ** 0.9 for rank in range(len(surnames))))
    for number in range(count):
        names = chance.choices(given_names, cum_weights=given_weights, k=2 if chance.random() < 0.7 else 1)
        families = chance.choices(surnames, cum_weights=surname_weights, k=2)
        yield {
            "given_names": " ".join(names),
            "surname_1": families[0],
            **({"surname_2": families[1]} if chance.random() < 0.8 else {}),
            "birth_date": f"{chance.randint(1940, 2016)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
            "documents": [{"type": "DE", "number": f"V{5_000_000 + number}"}],
            "phone": f"+57 3{10 + number % 10}{number % 10_000_000:07d}",
        }


def build_database(folder: Path, count: int, seed: int = 1) -> Database:
    """A database with so many people and nothing else."""
    database = create_database(folder)
    fill_people(database, count, seed)
    return database


def create_database(folder: Path) -> Database:
    """An empty database with its keyring."""
    Keyring.create(folder / "keyring.json")
    database = Database(f"sqlite:///{folder / 'search.db'}", {"vault": Vault(Keyring.load(folder / "keyring.json"))})
    migrations.upgrade_database(str(database.url))
    return database


def fill_people(database: Database, count: int, seed: int = 1) -> None:
    """So many people into an empty database, with their tags."""
    fill_records(database, invent_records(count, seed))


def fill_records(database: Database, people: Iterable[dict[str, Any]]) -> None:
    """People with these records into a database. Tags go in sorted: a hundred times as fast as as they come."""
    tag_rows: list[tuple[int, bytes, UUID]] = []
    for chunk in batched(people, CHUNK):
        with database.write_session() as session:
            _insert_people(session, chunk, tag_rows)
    tag_rows.sort()
    for start in range(0, len(tag_rows), CHUNK * 10):
        with database.write_session() as session:
            values = [
                {"kind": kind, "tag": tag, "person_id": person, "index_version": 1}
                for kind, tag, person in tag_rows[start : start + CHUNK * 10]
            ]
            session.connection().execute(insert(PersonTag), values)


def batched(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """The rows in lists of so many."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _insert_people(
    session: Session, people_records: Sequence[dict[str, Any]], tag_rows: list[tuple[int, bytes, UUID]]
) -> None:
    # An hour ago: a server that runs reads again who was written in the last two minutes.
    vault, now, rows = session.info["vault"], clock.now() - timedelta(hours=1), []
    for record in people_records:
        person = build_id_at(int(now.timestamp() * 1000))
        key, wrapped_key = vault.create_person_key(person)
        rows.append(
            {
                "id": person,
                "key_version": wrapped_key.version,
                "wrapped_key": wrapped_key.sealed_key,
                "sealed": key.seal("person", person, record, version=1),
                "version": 1,
                "created_at": now,
                "updated_at": now,
            }
        )
        tag_rows += [(kind, tag, person) for kind, tag in records.build_record_tags(session, record)]
    session.connection().execute(insert(Person), rows)


def choose_people(database: Database, size: int, seed: int = 2) -> list[InventedPerson]:
    """People to search for, each as likely as any other: most have common names, as those who come have."""
    chance = random.Random(seed)
    with database.read_session() as session:
        ids = list(session.scalars(select(Person.id)))
        opened = records.open_people(session, chance.sample(ids, size))
    return [InventedPerson(person, opened_person.record) for person, opened_person in opened.items() if opened_person]


def type_full_name(record: dict[str, Any]) -> str:
    """The whole name, as it is said."""
    return " ".join(filter(None, (record["given_names"], record["surname_1"], record.get("surname_2"))))


def type_with_error(record: dict[str, Any]) -> str:
    """The whole name with a letter of the first surname left out."""
    surname = record["surname_1"]
    return type_full_name({**record, "surname_1": surname[: len(surname) // 2] + surname[len(surname) // 2 + 1 :]})


KINDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "full name": type_full_name,
    "full name and year": lambda record: f"{type_full_name(record)} {record['birth_date'][:4]}",
    "given name and surname": lambda record: f"{record['given_names'].split()[0]} {record['surname_1']}",
    "surname alone": lambda record: str(record["surname_1"]),
    "full name, one error": type_with_error,
    "document": lambda record: str(record["documents"][0]["number"][1:]),
    "telephone": lambda record: str(record["phone"][4:]),
}


class Measured(NamedTuple):
    """The searches of one kind."""

    milliseconds: list[float]
    found: int
    first_three: int
    told: int
    """Of those not shown: the page says that the list was cut, or what to add."""


def measure_kind(database: Database, people: Sequence[InventedPerson], kind: str) -> Measured:
    """Search for each of the people in this way. CPU time: it is the same on a machine that does other things too."""
    milliseconds, found, first_three, told = [], 0, 0, 0
    for person in people:
        with database.read_session() as session:
            start = time.thread_time()
            result: SearchResult = visit_search.search_people(session, SYSTEM, KINDS[kind](person.record))
            milliseconds.append((time.thread_time() - start) * 1000)
        ids = [candidate.id for candidate in result.people]
        found += person.id in ids
        first_three += person.id in ids[:3]
        told += person.id not in ids and (result.more or bool(result.unasked))
    return Measured(milliseconds, found, first_three, told)


def count_missed_before(database: Database, people: Sequence[InventedPerson]) -> int:
    """How many bearers of a full name were missed while 50 people of each key were taken before ranking."""
    missed = 0
    with database.read_session() as session:
        for person in people:
            given = build_name_key(person.record["given_names"].split()[0], is_given_name=True)
            surnames = filter(None, (person.record["surname_1"], person.record.get("surname_2")))
            keys = [("surname_given", f"{build_name_key(surname)}|{given}") for surname in surnames]
            listed = queries.list_people_by_tags(session, queries.build_tags(session, keys))
            missed += person.id not in listed
    return missed


def build_index(database: Database, people: int) -> tuple[float, float]:
    """Build the index of names as the server does; seconds, and megabytes that the process then holds more."""
    keeper = NameIndexKeeper(database.read_session, people)
    database.info[SESSION_KEY] = keeper
    before, start = _read_megabytes(), time.perf_counter()
    while keeper.state is IndexState.LOADING:
        with database.read_session() as session:
            keeper.get_index(session, wait_seconds=60)
    return time.perf_counter() - start, _read_megabytes() - before


def _read_megabytes() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def measure_all(database: Database, people: Sequence[InventedPerson]) -> list[Figure]:
    """Each kind of search: its time, and how many were found."""
    figures = []
    for kind in KINDS:
        measured = measure_kind(database, people, kind)
        cuts = quantiles(measured.milliseconds, n=20)
        spread = [min(measured.milliseconds), median(measured.milliseconds), cuts[-1]]
        shares = [f"{count / len(people):.1%}" for count in (measured.found, measured.first_three, measured.told)]
        label = f"{kind}: shown {shares[0]}, among the first three {shares[1]}, else told {shares[2]}; p50 (least–p95)"
        figures.append(Figure("P19", label, spread, "ms", 30.0))
    return figures


def build_section(people: int, searches: int = SEARCHES) -> str:
    """Measure; the section of the page."""
    with working_folder() as folder:
        start = time.perf_counter()
        database = build_database(folder, people)
        seconds = time.perf_counter() - start
        chosen = choose_people(database, min(searches, people))
        missed = count_missed_before(database, chosen)
        by_tags = measure_all(database, chosen)
        index_seconds, megabytes = build_index(database, people)
        with_index = measure_all(database, chosen)
        database.info[SESSION_KEY].close()
        database.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "\n".join(
        [
            f"### {people:,} people",
            "",
            f"Full names missed as the search was before: {missed / len(chosen):.1%} of {len(chosen)}.",
            "",
            "By tags alone:",
            "",
            format_table(by_tags),
            "",
            f"With the index of names, which took {index_seconds:.0f} s and {megabytes:.0f} MB:",
            "",
            format_table(with_index),
            "",
            f"Building the data took {seconds:.0f} s, the process held {peak:.0f} MB at most.",
        ]
    )


def main() -> None:
    """Measure with so many people, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=SEARCHES)
    options = parser.parse_args()
    print(build_section(options.people, options.searches))


if __name__ == "__main__":
    main()
