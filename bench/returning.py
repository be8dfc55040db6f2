"""What the registration of somebody who came before takes: ``python -m bench.returning`` prints a section.

CPU of ``record_visit`` with its transaction, on a fresh SQLite instance. Nobody else writes.
"""

import argparse
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask

from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.database import Database
from attention_point.intake.draft import read_draft
from attention_point.intake.services import record_visit
from bench.people import Draft, invent_drafts, make_id
from bench.registration import create_product, prepare_instance
from bench.report import Figure, format_table, working_folder

WARM_UP, OFTEN = 30, 1000
LAST_MONTH = timedelta(days=32)
GOAL = 1.25  # times the registration of somebody new


def measure_returning(app: Flask, people: int) -> list[Figure]:
    """Register people anew, again in the month, in the next month, and one of them a thousand times in a month."""
    new, first_drafts = [], _invent_people(people + WARM_UP)
    for draft in first_drafts:
        new.append(_register(app, draft, datetime.now(UTC) - LAST_MONTH))
    again = [_register(app, draft, datetime.now(UTC) - LAST_MONTH) for draft in first_drafts]
    later = [_register(app, draft, datetime.now(UTC)) for draft in first_drafts]
    for _number in range(OFTEN):
        _register(app, first_drafts[0], datetime.now(UTC))
    often = [_register(app, first_drafts[0], datetime.now(UTC)) for _number in range(WARM_UP)]
    turns = {"for the second time in the month": again, "in another month": later, "after a thousand visits": often}
    base = sorted(new[WARM_UP:])[people // 2]
    return [
        Figure("", "registration of somebody new, CPU", new[WARM_UP:], "ms"),
        *(
            Figure("", f"of somebody {when}, CPU", values[-people:], "ms", round(GOAL * base, 2))
            for when, values in turns.items()
        ),
    ]


def _invent_people(number: int) -> list[Draft]:
    drafts: dict[str, Draft] = {}
    for draft in islice(invent_drafts(1), 3 * number):
        drafts.setdefault(draft["person"]["documents"][0]["number"], draft)
    return list(drafts.values())[:number]


def _register(app: Flask, draft: Draft, moment: datetime) -> float:
    fields: dict[str, Any] = {**draft, "id": str(make_id()), "attended_at": moment.isoformat(timespec="seconds")}
    database: Database = app.extensions["database"]
    actor = Actor("token", make_id(), "bench", "agent", get_permissions("agent"))
    with app.app_context():
        parsed = read_draft(fields)
        start = time.thread_time()
        with database.write_session() as session:
            record_visit(session, actor, parsed)
        return (time.thread_time() - start) * 1000


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    people: int = parser.parse_args().people
    with working_folder() as folder:
        prepare_instance(Path(folder))
        print(format_table(measure_returning(create_product(Path(folder)), people)))


if __name__ == "__main__":
    main()
