"""The index of offers: built once from the directory, and asked for any day."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from attention_point.dates import is_in_force
from attention_point.routing.rule_types import Offer

OffersByNeed = Mapping[str, tuple[Offer, ...]]


class OfferIndex:
    """The offers by day. ``version`` is that of the rule set (``versions.py``), which every suggestion keeps."""

    def __init__(self, offers: Iterable[Offer], version: str = "") -> None:
        self.version = version
        self._offers = tuple(sorted(offers, key=lambda offer: (offer.order, offer.entity, offer.service)))
        self._change_days = sorted({day for offer in self._offers for day in _list_change_days(offer)})
        # Between two changes of the directory every day is alike, so that each stretch of days is worked out once.
        self._offers_by_period: dict[int, OffersByNeed] = {}

    def offers_on_day(self, day: date) -> OffersByNeed:
        """The offers valid on a day by need, the default first, each with the documents it accepts that day."""
        period = bisect_right(self._change_days, day)
        offers_by_need = self._offers_by_period.get(period)
        if offers_by_need is None:
            offers_by_need = self._offers_by_period[period] = self._group_offers_by_need(day)
        return offers_by_need

    def _group_offers_by_need(self, day: date) -> OffersByNeed:
        offers_by_need: dict[str, tuple[Offer, ...]] = {}
        for offer in self._offers:
            if is_in_force(offer.valid_from, offer.valid_to, day):
                documents = tuple(
                    document for document in offer.documents if is_in_force(document.valid_from, document.valid_to, day)
                )
                offers_by_need[offer.need] = (*offers_by_need.get(offer.need, ()), replace(offer, documents=documents))
        return offers_by_need


def _list_change_days(offer: Offer) -> Iterator[date]:
    # A day after date.max does not exist: what ends there never ends.
    periods = [
        (offer.valid_from, offer.valid_to),
        *((document.valid_from, document.valid_to) for document in offer.documents),
    ]
    for first_day, last_day in periods:
        if first_day is not None:
            yield first_day
        if last_day is not None and last_day < date.max:
            yield last_day + timedelta(days=1)
