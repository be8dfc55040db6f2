"""What the rules are told and what they answer. Codes are those of the code lists and of the directory.

Dates are calendar days of the attention point; ``valid_from`` and ``valid_to`` are the first and the last day, both
included, and None means no such bound. Nothing here names a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


def in_force(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Whether a day lies within two bounds, both included."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """One document that an offer accepts; ``below_age`` in years: only for a person known to be younger."""

    type: str
    valid_from: date | None = None
    valid_to: date | None = None
    expired_accepted: bool = False
    below_age: int | None = None

    def accepts(self, held: "HeldDocument", age: int | None, on: date) -> bool:
        """Whether this document will do on that day; one without an expiry date is taken as valid."""
        if held.type != self.type or not in_force(self.valid_from, self.valid_to, on):
            return False
        if self.below_age is not None and (age is None or age >= self.below_age):
            return False
        return self.expired_accepted or held.expires is None or held.expires >= on


@dataclass(frozen=True, slots=True)
class Offer:
    """One entity's offer of one service; raises ValueError when documents are listed though none may be asked (M4)."""

    service: str
    need: str
    entity: str
    order: int = 1
    documents: tuple[DocumentRule, ...] = ()
    documents_none: bool = False
    restricted: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if self.documents_none and self.documents:
            raise ValueError(f"{self.service}: a service that asks for no document lists some")


class HeldDocument(NamedTuple):
    """A document that the person showed: its type and last valid day; never its number."""

    type: str
    expires: date | None = None


class Situation(NamedTuple):
    """What the rules may know of a visit. ``age`` in completed years on the day of the attention, None when unknown."""

    needs: tuple[str, ...] = ()
    age: int | None = None
    accompanied_by: str | None = None
    nationality: str | None = None
    population: str | None = None
    status: str | None = None
    documents: tuple[HeldDocument, ...] = ()
    vulnerabilities: tuple[str, ...] = ()
    child_born_in_colombia_without_note: bool = False
    complained_of: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A message id with its values, translated where it is shown: ``gettext(reason.msgid, **reason.params)``."""

    msgid: str
    params: Mapping[str, str] = field(default_factory=dict, hash=False)


class Suggestion(NamedTuple):
    """Where one need is answered.

    ``papers_missing``: none of the documents that the service accepts that day (``accepted``, any one is enough) was
    shown; it never blocks a referral. ``alternatives``: other entities that answer as well, in order of preference.
    """

    need: str
    service: str
    entity: str
    mandatory: bool
    urgent: bool
    restricted: bool
    reason: Reason
    papers_missing: bool
    accepted: tuple[str, ...]
    alternatives: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the agent must know about a need for which no suggestion could be made, or a question to ask first."""

    need: str
    reason: Reason
    rule: str


@dataclass(frozen=True, slots=True)
class Advice:
    """The rules' whole answer; ``restricted``: the visit itself is to be kept out of ordinary lists (M2)."""

    suggestions: tuple[Suggestion, ...]
    notices: tuple[Notice, ...]
    restricted: bool

    @property
    def answers(self) -> tuple[Suggestion | Notice, ...]:
        """Both together: every stated need is among them."""
        return (*self.suggestions, *self.notices)
