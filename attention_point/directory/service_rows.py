"""A service in memory, with what it asks for, who offers it, and what is told of it. Texts are by language."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from attention_point.dates import DatedRow

BilingualText = Mapping[str, str]
ConditionData = Mapping[str, Any]


@dataclass(frozen=True)
class AcceptedDocumentRow(DatedRow):
    """A document that a service accepts; ``below_age`` in years."""

    type: str
    expired_accepted: bool
    below_age: int | None
    verified: bool


@dataclass(frozen=True)
class RequirementRow(DatedRow):
    """A requirement, in the words of the slip. Any one document with a code of ``documents`` is what it asks for."""

    text: BilingualText
    verified: bool
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class AdviceRow:
    """What a person of whom ``applies_if`` holds is told. ``shown_on`` is ``slip``, ``card`` or ``both``."""

    code: str
    text: BilingualText
    applies_if: ConditionData | None
    shown_on: Literal["slip", "card", "both"]
    valid_from: date | None
    valid_to: date | None
    verified: bool


@dataclass(frozen=True)
class InstrumentRow(DatedRow):
    """A way that a procedure has within its window for whom ``applies_if`` may hold.

    ``entity`` receives it, where it is not the one that offers the service first.
    """

    code: str
    name: BilingualText
    applies_if: ConditionData | None
    entity: str | None
    documents: tuple[AcceptedDocumentRow, ...]
    papers: tuple[RequirementRow, ...]
    advice: tuple[AdviceRow, ...]
    basis: tuple[str, ...]
    verified: bool


@dataclass(frozen=True)
class OfferRow(DatedRow):
    """An offer with what its service asks for, in force while the offer, the service and the entity are.

    The rules of routing judge ``below_age``, ``expired_accepted`` and the spans of ``documents``.
    """

    service: str
    need: str
    entity: str
    order: int
    documents: tuple[AcceptedDocumentRow, ...]
    documents_none: bool
    restricted: bool
    instruments: tuple[InstrumentRow, ...] = ()
    applies_if: ConditionData | None = None
    suggested_if: ConditionData | None = None
    urgent_if: ConditionData | None = None
    has_closed_text: bool = False
    advice: tuple[AdviceRow, ...] = ()


@dataclass(frozen=True)
class ServiceOfferRow(DatedRow):
    """An offer as it is stored, with its own span."""

    service: str
    entity: str
    order: int
    verified: bool


@dataclass(frozen=True)
class ServiceRow(DatedRow):
    """A service. ``fields`` names the personal data that its entity may see; ``offers`` are in order of preference.

    The rules of routing judge the conditions: ``applies_if`` (whom it is for), ``suggested_if`` (who is told of it
    without asking) and ``urgent_if``. ``closed`` is said where no instrument is open for somebody.
    ``clock``: working days to ``open`` and to ``answer`` a referral, and until it has to ``expire``.
    """

    code: str
    need: str
    name: BilingualText
    description: BilingualText
    legal_basis: tuple[Mapping[str, Any], ...]
    restricted: bool
    documents_none: bool
    documents: tuple[AcceptedDocumentRow, ...]
    papers: tuple[RequirementRow, ...]
    conditions: BilingualText | None
    fields: tuple[str, ...]
    origin: str
    version: int
    clock: Mapping[str, int] | None = None
    offers: tuple[ServiceOfferRow, ...] = ()
    instruments: tuple[InstrumentRow, ...] = ()
    applies_if: ConditionData | None = None
    suggested_if: ConditionData | None = None
    urgent_if: ConditionData | None = None
    closed: BilingualText | None = None
    advice: tuple[AdviceRow, ...] = ()

    def requirements_on(self, day: date, instrument: str | None = None) -> tuple[RequirementRow, ...]:
        """The requirements in force on a day, in the order in which the slip prints them.

        ``instrument`` is that of the suggestion: what it asks for stands in place of what the service asks for.
        """
        row = self.find_instrument(instrument)
        papers = row.papers if row and row.papers else self.papers
        return tuple(requirement for requirement in papers if requirement.is_in_force(day))

    def find_instrument(self, code: str | None) -> InstrumentRow | None:
        """An instrument by its code, or None."""
        return next((instrument for instrument in self.instruments if instrument.code == code), None)

    def list_advice(self, codes: Collection[str], place: Literal["slip", "card"]) -> tuple[AdviceRow, ...]:
        """The entries with these codes that are shown on the slip or on the card, in their order here."""
        entries = [*self.advice, *(entry for instrument in self.instruments for entry in instrument.advice)]
        return tuple(entry for entry in entries if entry.code in codes and entry.shown_on in {place, "both"})
