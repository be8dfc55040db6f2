"""What the office does while the desk registers: rebuild, export of the journal, release. ``python -m bench.upkeep``.

It prints P17: how long the longest registration took meanwhile, and how many were refused.
"""

import argparse
import subprocess
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import AGENT_ACTOR, LoadedCounts, load_visits
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Busy
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.draft import read_draft
from attention_point.intake.queries import list_hidden_visits
from attention_point.intake.services import record_visit
from attention_point.tallies import folding
from bench.people import invent_drafts
from bench.registration import COMMAND, build_environment, prepare_instance
from bench.report import Figure, format_table, working_folder

PEOPLE = 3000
FIRST_DAY, LAST_DAY = date(2026, 7, 1), date(2026, 8, 31)
COMMANDS = {
    "statistics rebuild": ("statistics", "rebuild"),
    "journal export": ("journal", "export", "/dev/null"),
    "statistics release": ("statistics", "release", "2026-07"),
}


@dataclass(slots=True)
class Registrations:
    """The seconds that registrations took, and how many were refused."""

    seconds: list[float] = field(default_factory=list)
    refused_count: int = 0


def load_installation(folder: Path, people: int) -> Database:
    """An installation with so many invented people in two months; their database, opened beside the server's."""
    prepare_instance(folder)
    instance = folder / "instance"
    vault = Vault(Keyring.load(instance / "keyring.json"))
    (file,) = instance.glob("*.db")
    database = Database(f"sqlite:///{file}", {"vault": vault, "hidden_visits": list_hidden_visits})
    drafts = invent_visits(people, FIRST_DAY, LAST_DAY, 17)
    for start in range(0, len(drafts), 500):
        with database.write_session() as session:
            load_visits(session, drafts[start : start + 500], LoadedCounts())
    folding.fold_due_tallies(database)
    return database


def register_meanwhile(database: Database, folder: Path, words: tuple[str, ...]) -> Registrations:
    """Let a command run, and register without a pause until it ends. RuntimeError where it fails."""
    people, registrations = invent_drafts(len(words)), Registrations()
    command = subprocess.Popen(
        [COMMAND, *words],
        env=build_environment(folder / "instance"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while command.poll() is None:
        begin = time.perf_counter()
        try:
            with database.write_session() as session:
                record_visit(session, AGENT_ACTOR, read_draft(next(people)))
        except Busy:
            registrations.refused_count += 1
        registrations.seconds.append(time.perf_counter() - begin)
    if command.returncode:
        raise RuntimeError(f"{' '.join(words)}: {command.stderr.read() if command.stderr else ''}")
    return registrations


TEXT = """## Upkeep while the desk registers

{table}

`python -m bench.upkeep --people {people}`: one process registers without a pause through `record_visit` on SQLite
while a command of another process runs over {visits} visits.
"""


def build_section(people: int = PEOPLE) -> str:
    """Measure; the section of the page."""
    figures = []
    with working_folder() as folder:
        database = load_installation(folder, people)
        for name, words in COMMANDS.items():
            registrations = register_meanwhile(database, folder, words)
            worst = max(registrations.seconds)
            figures += [
                Figure("P17", f"{name}: registrations refused", [registrations.refused_count], "", 0),
                Figure("P17", f"{name}: longest registration", [worst], "s", 1),
                Figure("", f"{name}: registrations meanwhile", [len(registrations.seconds)], ""),
            ]
        visits = len(invent_visits(people, FIRST_DAY, LAST_DAY, 17))
        database.close()
    return TEXT.format(table=format_table(figures), people=people, visits=visits)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    print(build_section(parser.parse_args().people))
