"""The paper a visitor takes along: where to go, with which papers, and how to ask again.

Read in the street and printed on whatever printer there is: black on white, nothing under 11 points. All of its
words arrive as fields.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SlipReferral:
    """One place to go; an empty text leaves its line out, no ``papers`` prints ``SlipWords.no_papers``."""

    entity: str
    service: str
    address: str = ""
    hours: str = ""
    phone: str = ""
    papers: tuple[str, ...] = ()
    reason: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class SlipWords:
    """The slip's labels, translated; ``page_of`` holds ``%(page)s`` and ``%(pages)s``."""

    reference: str
    address: str
    hours: str
    phone: str
    papers: str
    no_papers: str
    urgent: str
    page_of: str


@dataclass(frozen=True)
class Slip:
    """Everything on the paper. ``code`` is the opaque address in the QR code, never a personal value.

    ``language`` is a BCP 47 tag; ``created`` a moment with zone that goes into the file's metadata, ``date`` the
    same as a reader sees it.
    """

    language: str
    created: datetime
    office: str
    point: str
    reference: str
    date: str
    heading: str
    referrals: tuple[SlipReferral, ...]
    words: SlipWords
    code: str
    code_caption: str = ""
    emergency: tuple[str, ...] = ()
    privacy: str = ""
    footer: str = ""
    watermark: str | None = None
