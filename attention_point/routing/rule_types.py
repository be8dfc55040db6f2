"""The input and the output of the rules. Codes are those of the code lists and of the directory.

Dates are calendar days of the attention point; ``valid_from`` and ``valid_to`` are the first and the last day, both
included, and None means no such bound. Nothing here names a person.

Values that are made for each visit are named tuples: they compare by their values, and a case of a file is replayed by
the names of their fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from attention_point.conditions import Condition
from attention_point.dates import DateSpan, is_in_force


@dataclass(frozen=True, slots=True)
class AcceptedDocument:
    """One document that an offer accepts; ``below_age`` in years: only for a person known to be younger."""

    type: str
    valid_from: date | None = None
    valid_to: date | None = None
    expired_accepted: bool = False
    below_age: int | None = None

    def accepts_document(self, document: "ShownDocument", age: int | None, day: date) -> bool:
        """Whether this document will do on that day; one without an expiry date is taken as valid."""
        if document.type != self.type or not is_in_force(self.valid_from, self.valid_to, day):
            return False
        if self.below_age is not None and (age is None or age >= self.below_age):
            return False
        return self.expired_accepted or document.expires is None or document.expires >= day


@dataclass(frozen=True, slots=True)
class AdviceEntry:
    """What somebody of whom ``applies_if`` holds is told; its words stand in the directory."""

    code: str
    applies_if: Condition | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A way that a procedure has within a window for whom ``applies_if`` may hold; ``entity`` receives it, if named."""

    code: str
    entity: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    applies_if: Condition | None = None
    documents: tuple[AcceptedDocument, ...] = ()
    advice: tuple[AdviceEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """One entity's offer of one service; raises ValueError when documents are listed though none may be asked (M4).

    ``applies_if``: the service is for whom it may hold. ``suggested_if``: it is suggested to whom it holds for, without
    being asked for. A service that ``has_instruments``, also before and after all of their windows, is closed for whom
    none is open; ``has_closed_text``: the directory says what to tell them.
    """

    service: str
    need: str
    entity: str
    order: int = 1
    documents: tuple[AcceptedDocument, ...] = ()
    documents_none: bool = False
    restricted: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    instruments: tuple[Instrument, ...] = ()
    has_instruments: bool = False
    applies_if: Condition | None = None
    suggested_if: Condition | None = None
    urgent_if: Condition | None = None
    has_closed_text: bool = False
    advice: tuple[AdviceEntry, ...] = ()

    def __post_init__(self) -> None:
        if self.documents_none and self.documents:
            raise ValueError(f"{self.service}: a service that asks for no document lists some")


class ShownDocument(NamedTuple):
    """A document that the person showed: its type and last valid day; never its number."""

    type: str
    expires: date | None = None


class Situation(NamedTuple):
    """The facts of a visit that the rules may use; None is what nobody told.

    ``age``: completed years on the day of the attention. ``arrived_on``: the days on which the person may have come to
    Colombia. ``registered_in``: ``RAMV`` or ``RUMV``. ``complained_of``: an entity, or a kind of addressee, ``police``.
    """

    needs: tuple[str, ...] = ()
    age: int | None = None
    accompanied_by: str | None = None
    nationality: str | None = None
    population: str | None = None
    status: str | None = None
    documents: tuple[ShownDocument, ...] = ()
    vulnerabilities: tuple[str, ...] = ()
    child_born_in_colombia_without_note: bool = False
    complained_of: str | None = None
    intention: str | None = None
    arrived_on: DateSpan | None = None
    entry_stamped: bool | None = None
    child_with_permit: bool | None = None
    registered_in: str | None = None
    measure_notified_on: date | None = None
    violence_within_72_hours: bool | None = None
    conflict_victim: bool | None = None
    in_transit: bool | None = None
    live_birth_certificate: bool | None = None
    death_in_family: bool | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A message id with its values, translated where it is shown: ``gettext(reason.msgid, **reason.params)``."""

    msgid: str
    params: Mapping[str, str] = field(default_factory=dict, hash=False)


class Suggestion(NamedTuple):
    """Where one need is answered.

    ``papers_missing``: none of the documents that the service accepts that day (``accepted``, any one is enough) was
    shown; it never blocks a referral. ``alternatives``: other entities that answer as well, in order of preference.
    ``withheld_fields``: data that the entity does not see of this person, which no rule decides but the consents.

    ``instrument``: the way that is open for the person. ``closed``: none is. ``advice``: codes of what the person is
    told. ``rule_set``: the version of the rules that made it.
    """

    need: str
    service: str
    entity: str
    mandatory: bool
    urgent: bool
    restricted: bool
    reason: Reason
    rule: str
    papers_missing: bool = False
    accepted: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    withheld_fields: tuple[str, ...] = ()
    closed: bool = False
    instrument: str | None = None
    advice: tuple[str, ...] = ()
    rule_set: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the agent must know about a need for which no suggestion could be made, or a question to ask first."""

    need: str
    reason: Reason
    rule: str


@dataclass(frozen=True, slots=True)
class Advice:
    """The rules' whole answer. Every stated need stands among the suggestions or the notices.

    ``restricted``: ordinary lists must not show the visit itself (M2).
    """

    suggestions: tuple[Suggestion, ...]
    notices: tuple[Notice, ...]
    restricted: bool
