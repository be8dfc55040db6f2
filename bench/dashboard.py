"""The dashboard over ten years of tallies: `python -m bench.dashboard` prints how long the server takes."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

from flask import Flask
from flask.testing import FlaskClient

from attention_point.accounts import services as accounts
from attention_point.accounts.models import LoginSession
from attention_point.app import create_app
from attention_point.directory.queries import entities, services_by_code
from attention_point.foundation import clock, paths
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import new_id
from attention_point.foundation.settings import from_environment
from attention_point.tallies.rules import BY_ID

YEARS, POINTS, REQUESTS = 10, (1, 11), 60
WAITING = 400  # open referrals of each entity and state
GOAL = 100.0
CHOICES = {
    "now, by weeks": "/dashboard",
    "now, by months": "/dashboard?grouping=month",
    "a month five years ago": "/dashboard?grouping=month&period={past:%Y-%m}",
    "one point": "/dashboard?point=point-0",
    "one entity": "/dashboard?entity=sena",
    "a chart": "/dashboard/charts/trend.svg",
    "CSV": "/dashboard/figures.csv",
    "PDF": "/dashboard/figures.pdf",
}
PAGES = [name for name in CHOICES if name not in {"a chart", "CSV", "PDF"}]
COMMAND = Path(sys.executable).with_name("attention-point")
Row = tuple[str, str, str, str, int]
Taken = dict[str, list[tuple[float, float]]]
# Cells of each month's tables at a point: a busy month fills about as many.
CELLS = {
    "attentions-by-hour": [f"{hour:02d}" for hour in range(7, 17)],
    "attentions-by-wait": ["0-15", "16-30", "31-60", "61-120", "121+"],
    "answers-by-time": ["0", "1", "2-3", "4-7", "8-15", "16-30", "31+"],
    "people-by-population": ["migrant", "returnee", "binational", "host_community", "other"],
    "people-by-origin": [f"VE-{letter}" for letter in "ABCDEFGHIJKLMNOPRSTUVWXYZ"],
    "people-by-nationality-and-status": [f"{n}|{s}" for n in ("VE", "CO", "EC") for s in ("regular", "irregular")],
    "vulnerabilities-by-sex": [f"{v}|{s}" for v in ("pregnant", "lactating", "street") for s in "FM"],
}
AGES = ("0-5", "6-11", "12-17", "18-28", "29-59", "60+", "not_given")
STATES = ("created", "seen", "accepted", "rejected", "attended", "no_show", "closed", "withdrawn")


def instance(folder: Path) -> Flask:
    """The application on a new instance with what the product ships."""
    environment = {"ATTENTION_POINT_INSTANCE": str(folder / "instance")}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ATTENTION_POINT_")}
    subprocess.run([COMMAND, "init"], env=clean | environment, check=True, capture_output=True)
    return create_app(from_environment(environment))


def signed_in(app: Flask) -> FlaskClient:
    """Somebody of the office who is signed in."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with app.extensions["database"].writing() as session:
        new = accounts.NewAccount("bench@example.org", "Bench", "office", None)
        account = accounts.add_user(session, SYSTEM, new, secrets.token_urlsafe(16), must_change=False)
        digest = accounts.digest(token)
        session.add(LoginSession(token_hash=digest, id=new_id(), account_id=account, created_at=now, last_seen_at=now,
                                 ended_at=None))  # fmt: skip
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client


def prepare(folder: Path, points: int) -> FlaskClient:
    """An instance with ten years of counts at some points, and somebody of the office who is signed in."""
    app = instance(folder)
    with app.extensions["database"].reading() as session:
        offers = [(offer.entity, service.code) for service in services_by_code(session).values()
                  for offer in service.offers]  # fmt: skip
        receiving = [entity.code for entity in entities(session) if entity.receives_referrals]
    client = signed_in(app)
    _fill(folder / "instance" / "attention-point.db", points, offers, receiving)
    return client


def _fill(path: Path, points: int, offers: list[tuple[str, str]], receiving: list[str]) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.executemany(
            "INSERT INTO directory_point (code, prefix, name, valid_from) VALUES (?, ?, ?, '2010-01-01')",
            [(f"point-{number}", f"P{number:03d}", f'{{"es": "P{number}", "en": "P{number}"}}')
             for number in range(points)],
        )  # fmt: skip
        connection.execute("UPDATE directory_state SET revision = revision + 1")
        connection.executemany("INSERT INTO tally VALUES (?, ?, ?, ?, ?)", _tallies(points, offers))
        connection.executemany(
            "INSERT INTO referral VALUES (:id, :id, :id, 'point-0', :day, :entity, :state, :at, :at, 1, NULL)",
            _referrals(receiving),
        )
    connection.close()


def _tallies(points: int, offers: list[tuple[str, str]]) -> Iterator[Row]:
    chance = Random(1)
    needs = sorted({service for _entity, service in offers})
    tables = {
        **CELLS,
        "needs-by-sex-and-age": [f"{need}|{sex}|{age}" for need in needs for sex in "FM" for age in AGES],
        "referrals-by-service-and-state": [
            f"{entity}|{service}|{state}" for entity, service in offers for state in STATES
        ],
    }
    if unkept := [table for table in tables if table not in BY_ID or BY_ID[table].source]:
        raise RuntimeError(f"not kept, and so never read: {unkept}")
    today = clock.today()
    day = today.replace(year=today.year - YEARS, day=1)
    while day <= today:
        for point in (f"point-{number}" for number in range(points)):
            for table in ("attentions-by-day", "people-by-day"):
                yield day.isoformat(), point, table, day.isoformat(), chance.randint(10, 60)
            if day.day == 1:
                for table, cells in tables.items():
                    for cell in cells:
                        yield day.isoformat(), point, table, cell, chance.randint(1, 40)
        day += timedelta(days=1)


def _referrals(receiving: list[str]) -> Iterator[dict[str, str]]:
    now = clock.now()
    for entity in receiving:
        for state in ("created", "seen", "accepted"):
            for number in range(WAITING):
                at = now - timedelta(hours=number)
                yield {"id": new_id().hex, "day": f"{at:%Y-%m-%d}", "at": f"{at:%Y-%m-%d %H:%M:%S.%f}",
                       "entity": entity, "state": state}  # fmt: skip


def measure(client: FlaskClient, requests: int = REQUESTS) -> Taken:
    """Wall and CPU milliseconds of each request, the choices in turns, after one round that is not kept."""
    today = clock.today()
    past = date(today.year - 5, today.month, 1)
    taken: Taken = {name: [] for name in CHOICES}
    for number in range(requests + 1):
        for name, address in CHOICES.items():
            start, cpu = time.perf_counter(), time.process_time()
            reply = client.get(address.format(past=past))
            elapsed = (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000
            if reply.status_code != 200:
                raise RuntimeError(f"{address}: {reply.status_code}")
            if number:
                taken[name].append(elapsed)
    return taken


def table(measured: dict[int, Taken]) -> str:
    """The figures as Markdown."""
    lines = [
        "| Dashboard, 10 years of tallies | Points | p50, ms | p95, ms | CPU, ms | Goal | Reached |",
        "|---|---|---|---|---|---|---|",
    ]
    for points, taken in measured.items():
        for name, times in taken.items():
            walls, cpu = [wall for wall, _cpu in times], median(cpu for _wall, cpu in times)
            verdict = f"≤ {GOAL:.0f} | {'yes' if median(walls) <= GOAL else 'no'}" if name in PAGES else "– | –"
            p95 = quantiles(walls, n=20)[-1]
            lines.append(f"| {name} | {points} | {median(walls):.1f} | {p95:.1f} | {cpu:.1f} | {verdict} |")
    return "\n".join(lines)


def section() -> str:
    """Measure with one point and with a network of them; the part of docs/performance.md."""
    cache = paths.PROJECT / ".cache"
    cache.mkdir(exist_ok=True)
    measured = {}
    for points in POINTS:
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir=cache))
        try:
            client = prepare(folder, points)
            measured[points] = measure(client)
            client.application.extensions["database"].close()
        finally:
            shutil.rmtree(folder)
    return f"## The dashboard\n\n{table(measured)}\n"


def main() -> None:
    """Measure and print."""
    print(section())


if __name__ == "__main__":
    main()
