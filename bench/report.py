"""What every measurement shares: a figure of a table, a folder to work in, the page that keeps the sections."""

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from attention_point.foundation import paths

PAGE = paths.PROJECT_FOLDER / "docs" / "performance.md"
TABLE_HEAD = "| Figure | What | Goal | Median (range) | Reached |\n|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table: the value of each turn. The goal is an upper limit unless ``is_minimum``."""

    number: str
    what: str
    values: list[float]
    unit: str
    goal: float | None = None
    is_minimum: bool = False

    def __str__(self) -> str:
        goal, verdict = "–", "–"
        if self.goal is not None:
            middle = median(self.values)
            goal = f"{'≥' if self.is_minimum else '≤'} {self.goal:g}"
            verdict = "yes" if (middle >= self.goal if self.is_minimum else middle <= self.goal) else "no"
        return f"| {self.number} | {self.what} | {goal} | {format_spread(self.values)} {self.unit} | {verdict} |"


def format_table(figures: list[Figure]) -> str:
    """The figures as a Markdown table."""
    return "\n".join([TABLE_HEAD, *map(str, figures)])


def format_spread(values: list[float]) -> str:
    """Median, and the range in brackets."""
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def divide(numerators: list[float], denominators: list[float]) -> list[float]:
    """The ratio of each turn: both sides were measured in the same turn, under the same load."""
    return [numerator / denominator for numerator, denominator in zip(numerators, denominators, strict=True)]


def measure_milliseconds(action: Callable[[], object]) -> float:
    """Wall-clock milliseconds."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder on the disk that a desk would use: the system's temporary folder may well be in memory."""
    cache = paths.PROJECT_FOLDER / ".cache"
    cache.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=cache))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def in_memory(folder: Path) -> Iterator[None]:
    """Keep a folder in memory while a large installation is filled; then bring it to its disk.

    Tags and digests are random keys: on a disk each would rewrite another page of its index, which takes an hour.
    """
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        moved = shutil.move(folder, memory)
        folder.symlink_to(moved)
        try:
            yield
        finally:
            folder.unlink()
            shutil.move(moved, folder)


def write_section(section: str) -> None:
    """Put a section, which begins with ``## ``, in the place of the one with the same heading, or at the end."""
    page = PAGE.read_text(encoding="utf-8")
    new_section = f"{section.rstrip()}\n\n"
    old_section = re.compile(rf"^{re.escape(section.partition(chr(10))[0])}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if old_section.search(page):
        page = old_section.sub(lambda _match: new_section, page)
    else:
        page = f"{page.rstrip()}\n\n{new_section}"
    PAGE.write_text(page.rstrip() + "\n", encoding="utf-8")
