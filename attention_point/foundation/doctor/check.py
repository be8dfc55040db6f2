"""A check as data: what it looks at, and the function that does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that ``doctor`` looks at.

    ``label`` is a message id that names the thing. ``run`` gives one sentence for each finding, in the language in use:
    what is wrong, and what to do about it. It changes nothing but the journal. One that takes long shows its progress.
    """

    label: str
    run: Callable[[Database, Settings], Iterable[str]]
