"""Ten thousand inputs made from the API's description: ``python -m bench.api_inputs`` looks for a 5xx or a wrong body.

``--database`` takes the address of an empty PostgreSQL database; without it SQLite is asked.
"""

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterable

import structlog
from flask import Flask

from attention_point.app import create_app
from attention_point.foundation.database import migrations
from attention_point.foundation.settings import read_settings
from attention_point.foundation.vault import Keyring
from bench.report import working_folder, write_section
from tests.support.fuzzing import Outcome, fuzz_api, prepare_inputs

INPUTS = 10_000


def main() -> None:
    """Send the inputs, print what each operation answered, and keep the figure in docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="")
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md as it is")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    start = time.monotonic()
    with working_folder() as folder:
        Keyring.create(folder / "keyring.json")
        environment = {"ATTENTION_POINT_INSTANCE": str(folder), "ATTENTION_POINT_SECOND_FACTOR": "optional"}
        if options.database:
            environment["ATTENTION_POINT_DATABASE_URL"] = options.database
        settings = read_settings(environment)
        migrations.upgrade_database(settings.database_url)
        app = create_app(settings)
        tokens, values = prepare_inputs(app)
        operation_count = _count_operations(app)
        # A tenth more: of an operation with few possible inputs there are not as many.
        per_operation = 2 * (options.inputs * 11 // 10 // operation_count // 2 + 1)
        outcomes = list(_print_each(fuzz_api(app, tokens, values, per_operation, options.seed)))
    section = format_section(outcomes, options.seed, time.monotonic() - start)
    print(section)
    if not options.no_page:
        write_section(section)
    sys.exit(any(outcome.faults for outcome in outcomes))


def format_section(outcomes: list[Outcome], first_seed: int, seconds: float) -> str:
    """The figures as a section of docs/performance.md."""
    statuses = sum((Counter(outcome.statuses) for outcome in outcomes), Counter[int]())
    classes = Counter({f"{status}": count for status, count in sorted(statuses.items())})
    server_errors = sum(count for status, count in statuses.items() if status >= 500)
    faulty = [outcome for outcome in outcomes if outcome.faults]
    lines = [
        "## Inputs made from the API's description",
        "",
        "Schemathesis makes them from `/api/openapi.json`, half of them valid and half of them broken; half of the",
        "addresses name what there is. `python -m bench.api_inputs` sends them again.",
        "",
        "| Inputs | Operations | Answers of the class 5xx | Operations with another body or status than described |",
        "|---|---|---|---|",
        f"| {statuses.total():,} | {len(outcomes)} | {server_errors} | {len(faulty)} |",
        "",
        f"Answers by status: {', '.join(f'{status}: {count:,}' for status, count in classes.items())}. "
        f"Seed {first_seed}; {seconds / 60:.0f} minutes.",
    ]
    return "\n".join(lines)


def _print_each(outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
    for outcome in outcomes:
        print(f"{outcome.name}: {outcome.inputs} inputs, {outcome.statuses}", flush=True)
        for fault in outcome.faults:
            print(f"  {fault}", flush=True)
        yield outcome


def _count_operations(app: Flask) -> int:
    paths = app.test_client().get("/api/openapi.json").get_json()["paths"]
    return sum(len(operations) for operations in paths.values())


if __name__ == "__main__":
    main()
