"""Reads a recipe, and carries out its snippets in a copy of the house.

The line before a snippet says where it goes:

- ```` `PATH`, a new file: ````
- ```` In `PATH`, above `LINE`: ```` or ```` below `LINE` ````: the first line of the file that reads so
- ```` At the end of `PATH`: ````

A snippet of the language ``sh`` needs no such line: its commands are run, and each must end with exit status 0.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from attention_point.foundation import paths

RECIPES_FOLDER = paths.PROJECT_FOLDER / "docs" / "recipes"
_COPIED = (
    "attention_point",
    "docs",
    "migrations",
    "templates",
    "tests",
    ".importlinter",
    "pyproject.toml",
    "setup.cfg",
    "wsgi.py",
)
_FENCE = re.compile(r"(?P<indent> *)```(?P<language>\w*)$")
_NEW_FILE = re.compile(r"`(?P<path>[^`]+)`, a new file:$")
_BESIDE_LINE = re.compile(r"In `(?P<path>[^`]+)`, (?P<side>above|below) `(?P<anchor>[^`]+)`:$")
_AT_END = re.compile(r"At the end of `(?P<path>[^`]+)`:$")


@dataclass(frozen=True)
class Snippet:
    """A block of code of a recipe: its language, its text, and the line of prose before it."""

    language: str
    text: str
    lead: str


def read_snippets(recipe: str) -> Iterator[Snippet]:
    """All blocks of a recipe, in its order; those within a list without the list's indentation."""
    lead, block, indent = "", list[str](), ""
    language = None
    for line in recipe.splitlines():
        fence = _FENCE.match(line)
        if language is None and fence:
            language, indent, block = fence["language"], fence["indent"], []
        elif language is not None and line.strip() == "```":
            yield Snippet(language, "\n".join(block) + "\n", lead)
            language = None
        elif language is not None:
            block.append(line.removeprefix(indent))
        elif line.strip():
            lead = line.strip()


def copy_house(target: Path) -> None:
    """Copy all that the program and its tests need; the virtual environment is that of this run."""
    for name in _COPIED:
        source = paths.PROJECT_FOLDER / name
        if source.is_dir():
            # With what is compiled, which goes by the times of the files: each command would compile the house again.
            shutil.copytree(source, target / name)
        else:
            shutil.copy(source, target)
    (target / ".venv").symlink_to(sys.prefix)


def carry_out(snippet: Snippet, house: Path) -> None:
    """Write a snippet where its lead says, or run it. Raises AssertionError where that cannot be done."""
    if snippet.language == "sh":
        run_commands(snippet.text, house)
    elif place := _NEW_FILE.search(snippet.lead):
        path = house / place["path"]
        assert not path.exists(), f"{place['path']} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(snippet.text, encoding="utf-8")
    elif place := _AT_END.search(snippet.lead):
        path = house / place["path"]
        path.write_text(path.read_text(encoding="utf-8") + snippet.text, encoding="utf-8")
    elif place := _BESIDE_LINE.search(snippet.lead):
        path = house / place["path"]
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        matching_numbers = [number for number, line in enumerate(lines) if line.strip() == place["anchor"]]
        assert matching_numbers, f"{place['path']} has no line {place['anchor']}"
        lines.insert(matching_numbers[0] + (place["side"] == "below"), snippet.text)
        path.write_text("".join(lines), encoding="utf-8")
    else:
        raise AssertionError(f"nothing says where this goes: {snippet.lead}")


def run_commands(commands: str, house: Path) -> None:
    """Run them in the copy, on an instance of its own, without the settings of whoever runs the tests.

    Raises AssertionError with their output where one fails.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ATTENTION_POINT_", "PYTEST_", "PYTHONDONTWRITE"))
    }
    environment |= {
        "PYTHONPATH": str(house),
        "ATTENTION_POINT_INSTANCE": str(house / "instance"),
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=house,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
