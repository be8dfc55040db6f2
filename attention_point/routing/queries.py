"""What the directory offers, in the shape that the rules take."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from attention_point.conditions import read_condition
from attention_point.directory.queries import get_directory
from attention_point.directory.service_rows import AcceptedDocumentRow, AdviceRow, OfferRow
from attention_point.directory.snapshot import Directory
from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.rule_types import AcceptedDocument, AdviceEntry, Instrument, Offer
from attention_point.routing.versions import compute_rule_set_version

_cached_index: tuple[Directory, OfferIndex] | None = None


def get_offer_index(session: Session) -> OfferIndex:
    """The index of every offer that the directory keeps, past and future ones too."""
    global _cached_index
    # The directory hands over the same object until it changes, so that the index is built once for each change. Two
    # threads may build it at the same time: both results are right, and one of them stays.
    directory = get_directory(session)
    cached_index = _cached_index
    if cached_index is None or cached_index[0] is not directory:
        cached_index = _cached_index = (directory, index_directory(directory))
    return cached_index[1]


def index_directory(directory: Directory) -> OfferIndex:
    """The index of a directory, stored or not, with its version. Raises ValueError for a service that breaks M4."""
    return build_offer_index(directory.offers, compute_rule_set_version(directory))


def build_offer_index(rows: Iterable[OfferRow], version: str = "") -> OfferIndex:
    """The index of the directory's rows. Raises ValueError for a service that breaks M4."""
    return OfferIndex((_build_offer(row) for row in rows), version)


def _build_offer(row: OfferRow) -> Offer:
    return Offer(
        service=row.service,
        need=row.need,
        entity=row.entity,
        order=row.order,
        documents=tuple(map(_build_document, row.documents)),
        documents_none=row.documents_none,
        restricted=row.restricted,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        instruments=tuple(
            Instrument(
                code=instrument.code,
                entity=instrument.entity,
                valid_from=instrument.valid_from,
                valid_to=instrument.valid_to,
                applies_if=read_condition(instrument.applies_if),
                documents=tuple(map(_build_document, instrument.documents)),
                advice=tuple(map(_build_advice_entry, instrument.advice)),
            )
            for instrument in row.instruments
        ),
        has_instruments=bool(row.instruments),
        applies_if=read_condition(row.applies_if),
        suggested_if=read_condition(row.suggested_if),
        urgent_if=read_condition(row.urgent_if),
        has_closed_text=row.has_closed_text,
        advice=tuple(map(_build_advice_entry, row.advice)),
    )


def _build_document(row: AcceptedDocumentRow) -> AcceptedDocument:
    return AcceptedDocument(row.type, row.valid_from, row.valid_to, row.expired_accepted, row.below_age)


def _build_advice_entry(row: AdviceRow) -> AdviceEntry:
    return AdviceEntry(row.code, read_condition(row.applies_if), row.valid_from, row.valid_to)
