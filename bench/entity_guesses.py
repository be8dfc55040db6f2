"""How many confidential referrals a thief of the database names: ``python -m bench.entity_guesses`` prints a section.

The thief has the rows and no key, and knows last year in clear: how many referrals each entity got, which of them were
confidential, how many a visit had, how soon each entity answered. Two demonstrations are loaded, of other people each:
the first is last year, the second was stolen. The guess is the best of two:

- by size: of the entities of a period the one with most rows is the one with the largest share, and so on;
- by all: the rows that look most like last year's confidential ones (naive Bayes), as many as there are: the thief is
  told their number.
"""

import argparse
import math
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from attention_point.app import open_database_of
from attention_point.foundation.paths import PROJECT_FOLDER
from attention_point.foundation.settings import read_settings
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.entity_rows.entity_tags import find_day
from attention_point.referrals.models import Referral
from attention_point.referrals.queries import list_referrals_by_ids
from bench.report import working_folder

TURNS = 20  # among groups of one size the thief guesses
LAST_SEED, STOLEN_SEED = 2018, 2017
PEOPLE = 2_600  # of each demonstration, in half a year
Period = Callable[[date], object]
BY_DAY: Period = date.toordinal
PERIODS: Mapping[str, Period | None] = {
    "the entity in clear, as before": None,
    "a tag of entity and month": lambda day: (day.year, day.month),
    "a tag of entity and week": lambda day: day.isocalendar()[:2],
    "a tag of entity and day": BY_DAY,
}


@dataclass(frozen=True, slots=True)
class Row:
    """What is true of a referral. The thief sees ``group`` and ``features``; ``entity`` only where it is in clear."""

    entity: str
    is_confidential: bool
    group: tuple[object, ...]
    features: tuple[object, ...]


def read_rows(environment: Mapping[str, str]) -> list[DecryptedReferral]:
    """All referrals of an instance, opened with its keyring."""
    database = open_database_of(read_settings(environment))
    with database.read_session() as session:
        ids = session.scalars(select(Referral.id)).all()
        parts = [ids[start : start + 500] for start in range(0, len(ids), 500)]
        referrals = [referral for part in parts for referral in list_referrals_by_ids(session, part)]
    database.close()
    return [referral for referral in referrals if isinstance(referral, DecryptedReferral)]


def build_rows(referrals: Sequence[DecryptedReferral], period: Period | None) -> list[Row]:
    """The rows as they look where entities are told apart within a period, or in clear."""
    visits: Counter[UUID] = Counter(referral.visit_id for referral in referrals)
    groups = [(referral.entity, period(find_day(referral.id)) if period else "clear") for referral in referrals]
    sizes, totals = Counter(groups), Counter(group[1] for group in groups)
    rows = []
    for referral, group in zip(referrals, groups, strict=True):
        waited = (referral.state_at.date() - referral.created_at.date()).days
        share = round(math.log2(sizes[group] / totals[group[1]]))
        features = (visits[referral.visit_id], referral.state, min(waited, 8).bit_length(), referral.version, share)
        known = referral.entity if period is None else None
        rows.append(Row(referral.entity, referral.restricted, group, (*features, known)))
    return rows


def guess_by_size(last: Sequence[Row], stolen: Sequence[Row], chance: random.Random) -> int:
    """How many confidential referrals are given their entity, each period's groups matched to the shares by size."""
    entities = [entity for entity, _count in Counter(row.entity for row in last).most_common()]
    sizes = Counter(row.group for row in stolen)
    periods: defaultdict[object, list[tuple[object, ...]]] = defaultdict(list)
    for group in sizes:
        periods[group[1]].append(group)
    named: set[tuple[object, ...]] = set()
    for groups in periods.values():
        ordered = sorted(groups, key=lambda group: (-sizes[group], chance.random()))
        named |= {group for group, entity in zip(ordered, entities, strict=False) if group[0] == entity}
    return sum(row.is_confidential and row.group in named for row in stolen)


def guess_by_all(last: Sequence[Row], stolen: Sequence[Row], chance: random.Random) -> int:
    """How many confidential referrals are among those that look so most, as many as there are."""
    weights = _weigh_features(last)
    count = sum(row.is_confidential for row in stolen)
    order = sorted(stolen, key=lambda row: (-_sum_weights(weights, row.features), chance.random()))
    return sum(row.is_confidential for row in order[:count])


def _weigh_features(last: Sequence[Row]) -> dict[tuple[int, object], float]:
    """The logarithm of how much more often a feature stands beside a confidential referral than beside others."""
    both = {kind: [row for row in last if row.is_confidential is kind] for kind in (True, False)}
    counts = {kind: Counter(pair for row in rows for pair in enumerate(row.features)) for kind, rows in both.items()}
    return {
        pair: math.log((counts[True][pair] + 0.1) / (len(both[True]) + 1))
        - math.log((counts[False][pair] + 0.1) / (len(both[False]) + 1))
        for pair in {*counts[True], *counts[False]}
    }


def _sum_weights(weights: Mapping[tuple[int, object], float], features: Iterable[object]) -> float:
    return sum(weights.get(pair, 0.0) for pair in enumerate(features))


GUESSES: tuple[Callable[[Sequence[Row], Sequence[Row], random.Random], int], ...] = (guess_by_size, guess_by_all)


def find_mean_hits(
    guess: Callable[[Sequence[Row], Sequence[Row], random.Random], int], last: Sequence[Row], stolen: Sequence[Row]
) -> float:
    """The mean of several turns of a guess."""
    chance = random.Random(1)
    return sum(guess(last, stolen, chance) for _turn in range(TURNS)) / TURNS


def load_two_years(folder: Path, people: int = PEOPLE) -> tuple[list[DecryptedReferral], list[DecryptedReferral]]:
    """The referrals of last year and those that were stolen: each of a demonstration of its own."""
    last, stolen = (
        read_rows(load_demonstration(folder / str(seed), seed, people)) for seed in (LAST_SEED, STOLEN_SEED)
    )
    return last, stolen


def load_demonstration(folder: Path, seed: int, people: int) -> dict[str, str]:
    """Load invented people into an instance of their own; return its settings."""
    folder.mkdir(mode=0o700)
    environment = {"ATTENTION_POINT_INSTANCE": str(folder), "ATTENTION_POINT_DEMO": "1"}
    last = date.today().replace(day=1) - timedelta(days=1)  # noqa: DTZ011 - whole months, whatever the hour
    span = ["--from", f"{last - timedelta(days=180):%Y-%m-%d}", "--to", f"{last:%Y-%m-%d}"]
    for command in (["init"], ["demo", "load", "--people", str(people), "--seed", str(seed), *span]):
        subprocess.run(
            [str(Path(sys.executable).with_name("attention-point")), *command],
            env={**environment, "PYTHONPATH": str(PROJECT_FOLDER), "PATH": "/usr/bin:/bin"},
            check=True,
            capture_output=True,
        )
    return environment


def format_section(last: Sequence[DecryptedReferral], stolen: Sequence[DecryptedReferral]) -> str:
    """The section of docs/performance.md."""
    confidential = sum(referral.restricted for referral in stolen)
    lines = [
        "## Which confidential referrals a stolen database names\n",
        f"{len(stolen):,} referrals of the demonstration, {confidential} of them confidential; the",
        f"thief knows {len(last):,} referrals of last year in clear. `python -m bench.entity_guesses` guesses again;",
        f"each guess is the mean of {TURNS}.\n",
        "| What a row holds | by size | by all that a row tells | by chance |\n|---|---|---|---|",
    ]
    for what, period in PERIODS.items():
        rows = build_rows(last, period), build_rows(stolen, period)
        means = [find_mean_hits(guess, *rows) for guess in GUESSES]
        by_chance = confidential * confidential / len(stolen)
        lines.append(f"| {what} | {means[0]:.1f} | {means[1]:.1f} | {by_chance:.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Load both demonstrations, guess, and print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="people of each demonstration")
    options = parser.parse_args()
    with working_folder() as folder:
        last, stolen = (
            read_rows(load_demonstration(folder / str(seed), seed, options.people)) for seed in (LAST_SEED, STOLEN_SEED)
        )
    print(format_section(last, stolen))


if __name__ == "__main__":
    main()
