"""The index of offers: built once from the directory, and asked for any day."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from attention_point.dates import is_in_force
from attention_point.routing.rule_types import AcceptedDocument, AdviceEntry, Instrument, Offer

DatedPart = TypeVar("DatedPart", AcceptedDocument, AdviceEntry, Instrument)
OffersByNeed = Mapping[str, tuple[Offer, ...]]


class OfferIndex:
    """The offers by day. ``rule_set`` is the version of the rules and services together (``versions.py``)."""

    def __init__(self, offers: Iterable[Offer], rule_set: str = "") -> None:
        self.rule_set = rule_set
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
                offer_of_day = replace(
                    offer,
                    documents=_select_in_force(offer.documents, day),
                    advice=_select_in_force(offer.advice, day),
                    instruments=tuple(
                        replace(instrument, advice=_select_in_force(instrument.advice, day))
                        for instrument in _select_in_force(offer.instruments, day)
                    ),
                )
                offers_by_need[offer.need] = (*offers_by_need.get(offer.need, ()), offer_of_day)
        return offers_by_need


def _select_in_force(parts: tuple[DatedPart, ...], day: date) -> tuple[DatedPart, ...]:
    return tuple(part for part in parts if is_in_force(part.valid_from, part.valid_to, day))


def _list_change_days(offer: Offer) -> Iterator[date]:
    # A day after date.max does not exist: what ends there never ends.
    dated_parts: list[Offer | AcceptedDocument | AdviceEntry | Instrument] = [
        offer,
        *offer.documents,
        *offer.advice,
        *offer.instruments,
        *(entry for instrument in offer.instruments for entry in instrument.advice),
    ]
    for first_day, last_day in ((part.valid_from, part.valid_to) for part in dated_parts):
        if first_day is not None:
            yield first_day
        if last_day is not None and last_day < date.max:
            yield last_day + timedelta(days=1)
