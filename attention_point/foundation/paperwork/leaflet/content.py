"""What stands on a leaflet. Its words arrive as fields."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LeafletPart:
    """A part under a heading: bullets, and places with their lines below their names."""

    heading: str
    bullets: tuple[str, ...] = ()
    places: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Leaflet:
    """A whole leaflet, one A4 page. It is about nobody.

    ``language`` is a BCP 47 tag; ``created_at`` has a time zone and stands in the metadata of the file alone.
    ``call_lines`` are to be called at any hour. The QR code leads to ``qr_code_address``, the page with the same words.
    """

    language: str
    created_at: datetime
    issuer: str
    title: str
    lead: str
    parts: tuple[LeafletPart, ...]
    qr_code_address: str
    qr_code_caption: str
    call_lines: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    watermark: str | None = None
