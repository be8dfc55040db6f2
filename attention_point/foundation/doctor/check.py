"""A check of ``doctor``, as data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that ``doctor`` checks.

    ``label`` is a message id that names the thing. ``run`` gives one sentence for each finding, in the language in use:
    what is wrong, and what to do about it. It changes nothing but the journal, which notes records that do not open. A
    check that takes long shows its progress. What is only advice is printed and is no problem of the installation. A
    demonstration is not asked for what only protects people: its own are invented.
    """

    label: str
    run: Callable[[Database, Settings], Iterable[str]]
    is_advice: bool = False
    skips_demo: bool = False
