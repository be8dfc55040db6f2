"""The index of offers: built once from the directory, asked for any day."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TypedDict

from attention_point.routing.facts import DocumentRule, Offer, in_force

Available = Mapping[str, tuple[Offer, ...]]


class DocumentRow(TypedDict):
    """An accepted document as the directory keeps it."""

    type: str
    valid_from: date | None
    valid_to: date | None
    expired_accepted: bool
    below_age: int | None


class OfferRow(TypedDict):
    """An offer as the directory hands it over: the dates are those on which offer, service and entity are all valid."""

    service: str
    need: str
    entity: str
    order: int
    documents: list[DocumentRow]
    documents_none: bool
    restricted: bool
    valid_from: date | None
    valid_to: date | None


class Offers:
    """What is on offer, by day. Between two changes every day is alike, so each stretch is worked out once."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        self._offers = tuple(sorted(offers, key=lambda offer: (offer.order, offer.entity, offer.service)))
        self._changes = sorted({day for offer in self._offers for day in _changes(offer)})
        self._stretches: dict[int, Available] = {}

    @classmethod
    def from_rows(cls, rows: Iterable[OfferRow]) -> "Offers":
        """The index of the directory's rows; raises ValueError on a service that breaks M4."""
        return cls(offer_from_row(row) for row in rows)

    def on(self, day: date) -> Available:
        """The offers valid on a day by need, the default first, each with the documents it accepts that day."""
        stretch = bisect_right(self._changes, day)
        available = self._stretches.get(stretch)
        if available is None:
            available = self._stretches[stretch] = self._work_out(day)
        return available

    def _work_out(self, day: date) -> Available:
        by_need: dict[str, tuple[Offer, ...]] = {}
        for offer in self._offers:
            if in_force(offer.valid_from, offer.valid_to, day):
                documents = tuple(d for d in offer.documents if in_force(d.valid_from, d.valid_to, day))
                by_need[offer.need] = (*by_need.get(offer.need, ()), replace(offer, documents=documents))
        return by_need


def offer_from_row(row: OfferRow) -> Offer:
    """One offer of the directory as the rules take it."""
    documents = tuple(
        DocumentRule(d["type"], d["valid_from"], d["valid_to"], d["expired_accepted"], d["below_age"])
        for d in row["documents"]
    )
    return Offer(
        service=row["service"],
        need=row["need"],
        entity=row["entity"],
        order=row["order"],
        documents=documents,
        documents_none=row["documents_none"],
        restricted=row["restricted"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


def _changes(offer: Offer) -> Iterator[date]:
    """The days from which an offer, or a document of it, begins or no longer counts."""
    periods = [(offer.valid_from, offer.valid_to), *((d.valid_from, d.valid_to) for d in offer.documents)]
    for first, last in periods:
        if first is not None:
            yield first
        if last is not None and last < date.max:
            yield last + timedelta(days=1)
