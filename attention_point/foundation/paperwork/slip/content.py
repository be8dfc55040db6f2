"""The slip that a visitor takes along: where to go and what is still to be brought. Its words arrive as fields."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PaperName = Literal["a4", "half_letter", "ticket"]


@dataclass(frozen=True)
class SlipReferral:
    """One entity to go to. An empty text leaves out its line.

    ``urgent_text`` says how urgent it is. ``closed_note`` says that the procedure is closed for the person, and what is
    open. ``contact`` has a label and a text for each line: place, address, hours, telephone, cost, last day.
    ``requirements`` are what the person still lacks. ``requirement_note`` is a sentence below them, or in their place:
    that no document is needed, or that the document shown at the desk is needed there too. ``advice`` are sentences for
    this person. ``reason`` says that the data were not sent, or that nobody there sees them. ``checked_note`` says on
    which day the contact data was confirmed. ``appointment`` is the moment, and the place, at which the entity expects
    the person.
    """

    entity_name: str
    service_name: str
    contact: tuple[tuple[str, str], ...] = ()
    requirements: tuple[str, ...] = ()
    reason: str = ""
    urgent_text: str = ""
    closed_note: str = ""
    requirement_note: str = ""
    advice: tuple[str, ...] = ()
    checked_note: str = ""
    appointment: str = ""


@dataclass(frozen=True)
class SlipPerson:
    """One person's part of a slip. ``heading`` says whose it is without a name; a slip for one person has none.

    ``guidance`` stands in the place of the referrals where there is none.
    """

    referrals: tuple[SlipReferral, ...]
    heading: str = ""
    guidance: str = ""


@dataclass(frozen=True)
class SlipLabels:
    """The labels, translated. ``page_number_text`` holds ``%(page)s`` and ``%(pages)s``."""

    reference: str
    requirements: str
    advice: str
    appointment: str
    page_number_text: str


@dataclass(frozen=True)
class Slip:
    """A whole slip. It holds no personal data: whoever finds it in the street must not learn who was at the desk.

    ``language`` is a BCP 47 tag. ``created_at`` is a moment with time zone, for the metadata of the file; ``date_text``
    is its day as readers see it. ``qr_code_address`` is an opaque address. ``point_contact`` are lines with the point's
    own address, hours and telephone. ``correction_note`` says that the visit was corrected, and when. ``refused_note``
    says where to go for help when an entity refuses.
    """

    language: str
    created_at: datetime
    office_name: str
    point_name: str
    reference: str
    date_text: str
    heading: str
    people: tuple[SlipPerson, ...]
    labels: SlipLabels
    qr_code_address: str
    qr_code_caption: str = ""
    point_contact: tuple[str, ...] = ()
    correction_note: str = ""
    emergency_lines: tuple[str, ...] = ()
    refused_note: str = ""
    privacy_notice: str = ""
    footer: str = ""
    watermark: str | None = None
    paper: PaperName = "a4"
