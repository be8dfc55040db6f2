"""Attacks on a stolen database, without any key: ``python -m bench.attacks`` prints what each of them guesses.

An attack is a function that prepares a database, attacks it and returns its results; it is added to ``ATTACKS``.
"""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from attention_point.demo.steps.visit_steps import AGENT_ACTOR
from attention_point.directory.seed.loading import load_shipped_files
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.draft import read_draft
from attention_point.intake.queries import list_hidden_visits
from attention_point.intake.services import record_visit
from bench import entity_guesses
from bench.people import invent_drafts
from bench.report import working_folder
from tests.security import stolen_counts
from tests.support.postgres import Server, find_binaries

VISITS = 60
VIOLENCE = frozenset({"VBG", "gender_violence"})
NEEDS = (["MIG-REG", "EMP-SENA"], ["EDU"], ["SALUD-URG", "MIG-REG"], ["VBG"], ["HUMAN"], ["TRATA"], ["VBG", "EDU"])
VULNERABILITIES: tuple[list[str], ...] = ([], ["pregnant"], ["chronic_illness"], ["gender_violence"])
CODES = frozenset(code for group in (*NEEDS, *VULNERABILITIES) for code in group)


@dataclass(frozen=True, slots=True)
class AttackResult:
    """What an attack guessed: ``hits`` of ``targets``, and the most hits that are allowed."""

    what: str
    hits: int
    targets: int
    allowed: int

    def __str__(self) -> str:
        verdict = "yes" if self.hits <= self.allowed else "no"
        return f"| {self.what} | {self.hits} of {self.targets} | ≤ {self.allowed} | {verdict} |"


def open_database(address: str) -> Database:
    """A migrated database with the shipped directory and a keyring of its own, which no attack uses."""
    migrations.upgrade_database(address)
    database = Database(address, {"vault": Vault(Keyring.generate()), "hidden_visits": list_hidden_visits})
    with database.write_session() as session:
        load_shipped_files(session)
    return database


def record_visits(database: Database) -> Iterator[tuple[UUID, frozenset[str]]]:
    """Record visits of invented people, and yield each with the codes of its needs and vulnerabilities."""
    chance, people = random.Random(17), invent_drafts(17)
    for _number in range(VISITS):
        needs, vulnerabilities = chance.choice(NEEDS), chance.choice(VULNERABILITIES)
        draft = next(people) | {"needs": needs, "vulnerabilities": vulnerabilities}
        with database.write_session() as session:
            record_visit(session, AGENT_ACTOR, read_draft(draft))
        yield UUID(draft["id"]), frozenset([*needs, *vulnerabilities])


def attack_log(folder: Path) -> list[AttackResult]:
    """Copy the file and its write-ahead log after each visit, and guess needs and vulnerabilities by what changed."""
    file = folder / "desk.db"
    database = open_database(f"sqlite:///{file}")
    first_copy = stolen_counts.copy_database(file, folder / "first")
    reference_tables = stolen_counts.list_filled_tables(first_copy)
    before = stolen_counts.read_copy(first_copy, reference_tables)
    truth: dict[UUID, frozenset[str]] = {}
    guesses: dict[UUID, frozenset[str]] = {}
    for visit_id, codes in record_visits(database):
        truth[visit_id] = codes
        copy = stolen_counts.copy_database(file, folder / str(visit_id))
        after = stolen_counts.read_copy(copy, reference_tables)
        guesses[visit_id] = stolen_counts.guess_by_difference(before, after, CODES)
        before = after
    database.close()
    hits = stolen_counts.count_exact_guesses(guesses, truth)
    return [AttackResult("needs and vulnerabilities by the write-ahead log (SQLite)", hits, VISITS, 0)]


def attack_transactions(_folder: Path) -> list[AttackResult]:
    """Join each visit with every row of its transaction (PostgreSQL's ``xmin``), and guess cases of violence."""
    binaries = find_binaries()
    if binaries is None:
        return []
    server = Server.prepare()
    try:
        server.start(binaries)
        server.create("desk")
        database = open_database(server.url("desk"))
        truth = dict(record_visits(database))
        with database.read_session() as session:
            guesses = stolen_counts.guess_by_transaction(session, CODES)
        database.close()
    finally:
        server.stop()
    exact = stolen_counts.count_exact_guesses(guesses, truth)
    cases = {visit_id for visit_id, codes in truth.items() if codes & VIOLENCE}
    named = {visit_id for visit_id, codes in guesses.items() if codes & VIOLENCE}
    return [
        AttackResult("needs and vulnerabilities by transaction (PostgreSQL)", exact, VISITS, 0),
        AttackResult("cases of violence by transaction (PostgreSQL)", len(cases & named), len(cases), 0),
    ]


def attack_entities(folder: Path) -> list[AttackResult]:
    """Guess which referrals are confidential by the tags of their entities, knowing last year in clear."""
    last, stolen = entity_guesses.load_two_years(folder)
    rows = [entity_guesses.build_rows(referrals, entity_guesses.BY_DAY) for referrals in (last, stolen)]
    hits = max(entity_guesses.find_mean_hits(guess, *rows) for guess in entity_guesses.GUESSES)
    confidential = sum(row.is_confidential for row in rows[1])
    return [AttackResult("confidential referrals by entity", math.ceil(hits), confidential, confidential // 4)]


ATTACKS: tuple[Callable[[Path], list[AttackResult]], ...] = (attack_log, attack_transactions, attack_entities)


def build_section() -> str:
    """Run every attack; the section of the page."""
    results: list[AttackResult] = []
    for attack in ATTACKS:
        with working_folder() as folder:
            results += attack(folder)
    lines = ["## Attacks on a stolen database", "", "| Guessed | Hits | Allowed | Reached |", "|---|---|---|---|"]
    return "\n".join([*lines, *map(str, results)])


if __name__ == "__main__":
    print(build_section())
