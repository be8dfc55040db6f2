"""The index of offers: built once from the directory, asked for any day."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from attention_point.routing.facts import Offer, in_force

Available = Mapping[str, tuple[Offer, ...]]


class Offers:
    """What is on offer, by day. Between two changes every day is alike, so each stretch is worked out once."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        self._offers = tuple(sorted(offers, key=lambda offer: (offer.order, offer.entity, offer.service)))
        self._changes = sorted({day for offer in self._offers for day in _changes(offer)})
        self._stretches: dict[int, Available] = {}

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


def _changes(offer: Offer) -> Iterator[date]:
    """The days from which an offer, or a document of it, begins or no longer counts."""
    periods = [(offer.valid_from, offer.valid_to), *((d.valid_from, d.valid_to) for d in offer.documents)]
    for first, last in periods:
        if first is not None:
            yield first
        if last is not None and last < date.max:
            yield last + timedelta(days=1)
