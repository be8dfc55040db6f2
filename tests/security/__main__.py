"""Prints the tests that prove a claim, for pytest: ``python -m tests.security 15``; without a number, those of all."""

import sys
from pathlib import Path

import yaml

ROWS = Path(__file__).with_name("rows.yaml")


def list_tests(number: str = "") -> list[str]:
    """The tests of one row or of all, each once, as pytest takes them."""
    rows = yaml.safe_load(ROWS.read_text(encoding="utf-8"))
    tests = [test for row in rows if number in {"", str(row["row"])} for test in row["tests"]]
    return [f"tests/{test}" for test in dict.fromkeys(tests)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(list_tests(*sys.argv[1:2])) + "\n")
