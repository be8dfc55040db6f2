"""The monitor and the programs' list with a million referrals of one entity: ``python -m bench.million_referrals``.

``--write`` puts the section into docs/performance.md, ``--database`` chooses PostgreSQL. It takes two minutes; the
referrals share one invented person.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.database import Database, migrations
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.queries import list_hidden_visits
from attention_point.portal.programs.listing import ListFilter, list_for_program
from attention_point.referrals import queries, rules
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.entity_rows.entity_tags import make_tag
from attention_point.referrals.models import Referral
from attention_point.referrals.monitor.filters import parse_filters
from attention_point.referrals.monitor.queries import collect_monitor
from attention_point.statistics.dashboard.filters import collect_options
from bench.look_up import open_databases
from bench.report import Figure, format_table, working_folder, write_section
from tests.support.directory import load_shipped
from tests.support.visits import recorded

REFERRALS, BATCH, TURNS = 1_000_000, 20_000, 15
ENTITY, POINT = "sena", "bucaramanga"
ALL_STATES = (*rules.OPEN_STATES, *rules.ANSWERED_STATES)
# Of a hundred referrals of years, so many are in each state now.
STATE_WEIGHTS = {"created": 0.5, "seen": 0.5, "accepted": 1, "rejected": 6, "closed": 12, "attended": 70, "no_show": 10}
GOAL = 50.0  # milliseconds, as for the entity's own list


def main() -> None:
    """Fill a database, measure, and print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--referrals", type=int, default=REFERRALS)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--database", choices=("SQLite", "PostgreSQL"), default="SQLite")
    options = parser.parse_args()
    with working_folder() as folder, open_databases(folder, "million_referrals") as addresses:
        database, ids = fill_database(folder, addresses[options.database], options.referrals)
        section = format_section(measure(database, ids), options.referrals)
        database.close()
    print(section)
    if options.write:
        write_section(section)


def fill_database(folder: Path, address: str, referral_count: int) -> tuple[Database, list[UUID]]:
    """An installation with so many referrals of one entity within three years; their ids, oldest first."""
    Keyring.create(folder / "keyring.json")
    migrations.upgrade_database(address)
    database = Database(
        address, {"vault": Vault(Keyring.load(folder / "keyring.json")), "hidden_visits": list_hidden_visits}
    )
    with database.write_session() as session:
        load_shipped(session)
        answer = recorded(session, needs=["EMP-SENA"])
    with database.read_session() as session:
        referral = queries.find_referral(session, UUID(answer["referrals"][0]["id"]))
        assert referral is not None
        rows = _invent_rows(session, referral, referral_count)
    ids: list[UUID] = []
    while batch := [row for row, _number in zip(rows, range(BATCH), strict=False)]:
        with database.write_session() as session:
            session.execute(insert(Referral), batch)
        ids += [UUID(str(row["id"])) for row in batch]
    return database, ids


def _invent_rows(session: Session, referral: DecryptedReferral, count: int) -> Iterator[dict[str, object]]:
    random, now = Random(1), clock.now()
    span = timedelta(days=3 * 365) / count
    states, weights = list(STATE_WEIGHTS), list(STATE_WEIGHTS.values())
    for number in range(count):
        created_at = now - span * (count - number)
        # UUIDv7: the moment in milliseconds stands before the random part.
        stamp = int(created_at.timestamp() * 1000)
        row_id = UUID(
            int=(stamp << 80) | (7 << 76) | (random.getrandbits(12) << 64) | (2 << 62) | random.getrandbits(62)
        )
        (state,) = random.choices(states, weights)
        record = {**referral.record, "answers": _invent_answers(state, created_at.isoformat())}
        yield {
            "id": row_id,
            "visit_id": referral.visit_id,
            "person_id": referral.person_id,
            "point": POINT,
            "day": clock.local_day(created_at),
            "entity_tag": make_tag(session, ENTITY, row_id),
            "state": state,
            "created_at": created_at,
            "state_at": created_at,
            "version": 1,
            "sealed": referral.key.seal(queries.SEALING_PURPOSE, row_id, record, version=1),
        }


def _invent_answers(state: str, at: str) -> list[dict[str, object]]:
    if state not in {"rejected", "closed"}:
        return []
    return [{"at": at, "by": "account", "state": "rejected", "reason": None, "note": None, "reason_code": "no-places"}]


def measure(database: Database, ids: list[UUID]) -> list[Figure]:
    """The milliseconds of CPU of each question, each asked in a session of its own."""
    actor = Actor("token", UUID(int=1), "bench", "referrals", get_permissions("entity"), ENTITY)
    middle, old = ids[len(ids) // 2], ids[len(ids) // 100]

    def list_page(list_filter: ListFilter) -> Callable[[Session], object]:
        return lambda session: list_for_program(session, actor, list_filter, 50)

    questions: dict[str, tuple[Callable[[Session], object], float | None]] = {
        "monitor, all entities, 3 months": (lambda session: _read_monitor(session, None), GOAL),
        "monitor, the entity for itself, 3 months": (lambda session: _read_monitor(session, ENTITY), GOAL),
        "programs' list, first page": (list_page(ListFilter(ALL_STATES)), GOAL),
        "the same, half way down": (list_page(ListFilter(ALL_STATES, before=middle)), GOAL),
        "the same, the last hundredth": (list_page(ListFilter(ALL_STATES, before=old)), GOAL),
        "oldest first, from half way on": (list_page(ListFilter(ALL_STATES, after=middle)), GOAL),
        "one state, half way down": (list_page(ListFilter(("created",), before=middle)), GOAL),
        "a service that nobody asked for (reads on)": (list_page(ListFilter(ALL_STATES, service="NONE")), None),
    }
    figures = []
    for what, (ask, goal) in questions.items():
        values = []
        for _turn in range(TURNS):
            with database.read_session() as session:
                start = time.process_time()
                ask(session)
                values.append((time.process_time() - start) * 1000)
        figures.append(Figure("–", what, values[1:], "ms", goal))
    return figures


def _read_monitor(session: Session, entity: str | None) -> object:
    options = collect_options(session, clock.today())
    codes = [entity] if entity else [row.code for row in directory_queries.list_entities(session)]
    filters = parse_filters({}, options.points, {}, clock.today())
    return collect_monitor(session, filters, codes, list(options.points), frozenset())


def format_section(figures: list[Figure], referral_count: int) -> str:
    """The section of docs/performance.md."""
    intro = (
        f"{referral_count:,} referrals of one entity within three years, on SQLite; CPU time of the server,\n"
        "without the page. `python -m bench.million_referrals` measures it again."
    )
    return f"## The monitor and the programs' list\n\n{intro}\n\n{format_table(figures)}"


if __name__ == "__main__":
    main()
