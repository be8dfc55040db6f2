"""The tables of the directory: reference data in clear, nothing about a person.

Texts in two languages are JSON, ``{"es": …, "en": …}``. Lists in which no query searches (documents, papers, fields,
legal basis) are JSON too, with dates as ``YYYY-MM-DD``; the heads of ``data/*.yaml`` say what each key means.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, Float, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base, new_id

# The ``origin`` of a row: as a file brought it, or changed by the office since. Loading never overwrites the latter.
LOADED, EDITED = "loaded", "edited"
BilingualText = dict[str, str]
JsonParts = list[dict[str, Any]]


class Entity(Base):
    """An organisation to which people are sent. Where it receives people stands in its places."""

    __tablename__ = "directory_entity"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[BilingualText] = mapped_column(JSON)
    short: Mapped[BilingualText] = mapped_column(JSON)
    description: Mapped[BilingualText] = mapped_column(JSON)
    # The eight entities at the desk when the point opened, 2017-08-09.
    desk_2017: Mapped[bool] = mapped_column(Boolean)
    # False for a partner that only gets data: nobody is sent there.
    receives_referrals: Mapped[bool] = mapped_column(Boolean)
    # Also an authority that fines, detains or expels: the person is told so before the data go there.
    sanctions: Mapped[bool] = mapped_column(Boolean, server_default=false())
    # Names of the personal data that it sees only if the person asks for it, whatever a service declares.
    # Empty in rows of an older version. A JSON column takes no default on both databases alike.
    withheld_fields: Mapped[list[str] | None] = mapped_column(JSON)
    verified: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    origin: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]


class Place(Base):
    """A place in which an entity receives people. What is not known is empty: nothing is invented.

    ``id`` is a code in files, and a UUID where the office added the place. ``confirmed_by`` labels the actor who
    confirmed it (``account:ID``), ``review_on`` is the day by which it must be confirmed again.
    """

    __tablename__ = "directory_place"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    entity: Mapped[str] = mapped_column(ForeignKey("directory_entity.code"), index=True)
    # Empty where the entity has one place, which is called as the entity is.
    name: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    address: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    landmark: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    neighbourhood: Mapped[str | None] = mapped_column(String(100))
    # DANE's code (DIVIPOLA).
    municipality: Mapped[str | None] = mapped_column(String(5))
    # ``{weekday, opens_at, closes_at}``: Monday is 1, times are HH:MM.
    hours: Mapped[JsonParts] = mapped_column(JSON)
    # What the weekly hours cannot say, and hours that were typed as a text.
    hours_note: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    # A key of ``HOLIDAY_LABELS``; empty: nobody knows.
    holidays: Mapped[str | None] = mapped_column(String(10))
    # A key of ``APPOINTMENT_LABELS``; empty: nobody knows. ``appointment_note`` says how one gets it.
    appointment: Mapped[str | None] = mapped_column(String(10))
    appointment_note: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    # Empty: nobody knows whether it is free. ``cost`` says what costs how much.
    is_free: Mapped[bool | None] = mapped_column(Boolean)
    cost: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    phone: Mapped[str | None] = mapped_column(String(100))
    whatsapp: Mapped[str | None] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(254))
    website: Mapped[str | None] = mapped_column(String(300))
    # Codes of the services that it gives; empty: all of the entity.
    services: Mapped[list[str]] = mapped_column(JSON)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    # From where the data are: a page, a call, a map of services.
    source: Mapped[str | None] = mapped_column(String(300))
    confirmed_on: Mapped[date | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(60))
    review_on: Mapped[date | None]
    verified: Mapped[bool] = mapped_column(Boolean)
    order: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    origin: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]


class Service(Base):
    """A kind of help that answers a need. A service is loaded, edited and versioned together with its offers."""

    __tablename__ = "directory_service"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    need: Mapped[str] = mapped_column(String(40))
    name: Mapped[BilingualText] = mapped_column(JSON)
    description: Mapped[BilingualText] = mapped_column(JSON)
    legal_basis: Mapped[JsonParts] = mapped_column(JSON)
    # Violence or trafficking: hidden from ordinary lists and from other entities (DOMAIN M2).
    restricted: Mapped[bool] = mapped_column(Boolean)
    # Nobody may be asked for any document; ``documents`` and ``papers`` are then empty.
    documents_none: Mapped[bool] = mapped_column(Boolean)
    documents: Mapped[JsonParts] = mapped_column(JSON)
    papers: Mapped[JsonParts] = mapped_column(JSON)
    # Guidance for the agent; no rule reads it.
    conditions: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    # Terms of a referral in working days (``referrals/clocks.py``); empty: those that hold for all.
    clock: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    # Names of the personal data that the entity may see, never the migration status.
    fields: Mapped[list[str]] = mapped_column(JSON)
    # What the rules read (``RULE_FIELDS``); empty in rows of an older version.
    instruments: Mapped[JsonParts | None] = mapped_column(JSON(none_as_null=True))
    applies_if: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    suggested_if: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    urgent_if: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    closed: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    advice: Mapped[JsonParts | None] = mapped_column(JSON(none_as_null=True))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    origin: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]


class Offer(Base):
    """The offer of a service by an entity for a span of days. The offer with the lowest ``order`` is the default."""

    __tablename__ = "directory_offer"

    service: Mapped[str] = mapped_column(ForeignKey("directory_service.code"), primary_key=True)
    entity: Mapped[str] = mapped_column(ForeignKey("directory_entity.code"), primary_key=True, index=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    order: Mapped[int]
    verified: Mapped[bool] = mapped_column(Boolean)


class EmergencyLine(Base):
    """An emergency line. The slip prints it for the services that it names."""

    __tablename__ = "directory_line"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[BilingualText] = mapped_column(JSON)
    services: Mapped[list[str]] = mapped_column(JSON)
    source: Mapped[str | None] = mapped_column(String(300))
    confirmed_on: Mapped[date | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(60))
    review_on: Mapped[date | None]
    verified: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    origin: Mapped[str] = mapped_column(String(10), server_default=LOADED)
    version: Mapped[int] = mapped_column(server_default="1")


class Point(Base):
    """An attention point and its settings. The references of its visits begin with ``prefix``: BGA-2017-000123.

    Address, hours and phone are empty until the office has confirmed them; the slip prints what is there.
    """

    __tablename__ = "directory_point"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    # Unique: two points must not give two visits the same reference.
    prefix: Mapped[str] = mapped_column(String(6), unique=True)
    name: Mapped[BilingualText] = mapped_column(JSON)
    address: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    hours: Mapped[BilingualText | None] = mapped_column(JSON(none_as_null=True))
    phone: Mapped[str | None] = mapped_column(String(100))
    # DANE's code (DIVIPOLA) of the municipality of the point; the form of a visit proposes it.
    municipality: Mapped[str | None] = mapped_column(String(5))
    # The paper of the point's printer: a key of ``PRINT_FORMAT_LABELS``.
    print_format: Mapped[str] = mapped_column(String(20), server_default="a4")
    # What the form of a visit asks first: a key of ``FORM_ORDER_LABELS``.
    order: Mapped[str] = mapped_column(String(20), server_default="needs_first")
    # Whether visitors may type their own data at the kiosk, for the agent to check.
    self_intake: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Years for which data are kept after a person's last visit; privacy notices say it.
    retention_years: Mapped[int | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    origin: Mapped[str] = mapped_column(String(10), server_default=LOADED)
    version: Mapped[int] = mapped_column(server_default="1")


class ConsentText(Base):
    """The text that the agent reads to a person before recording anything. ``digest`` is its SHA-256 in hex."""

    __tablename__ = "directory_consent_text"

    # A text in use never changes: another wording is another version.
    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Consents refer to the version. The digest shows that its text is still the one that was read.
    digest: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class DirectoryChange(Base):
    """What somebody changed in a row: the history of the directory, to which rows are only added.

    ``subject`` is ``entity``, ``place``, ``service``, ``line`` or ``point``, ``code`` the row's code or id, ``changes``
    the values before and after by field. ``entity`` is set for entities and their places.
    """

    __tablename__ = "directory_change"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(60))
    entity: Mapped[str | None] = mapped_column(String(40), index=True)
    version: Mapped[int]
    # A key of ``CHANGE_LABELS``.
    action: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    changes: Mapped[dict[str, list[Any]]] = mapped_column(JSON)


class Proposal(Base):
    """What an entity's own account proposes to change in one of its places, until the office decides.

    ``place`` is empty for a new place; ``version`` is that of the place which the account saw.
    """

    __tablename__ = "directory_proposal"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entity: Mapped[str] = mapped_column(ForeignKey("directory_entity.code"), index=True)
    place: Mapped[str | None] = mapped_column(String(60))
    version: Mapped[int]
    # The columns of the place as the account would have them, dates as text.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    # A key of ``PROPOSAL_LABELS``.
    state: Mapped[str] = mapped_column(String(10), index=True)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(String(400))


class ServiceMap(Base):
    """A map of services that was uploaded and waits for a decision; it changes nothing until then."""

    __tablename__ = "directory_service_map"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entity: Mapped[str] = mapped_column(ForeignKey("directory_entity.code"))
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(60))
    points: Mapped[JsonParts] = mapped_column(JSON)


class DirectoryState(Base):
    """One row with the revision, which grows with every change. By it the caches see that they are old."""

    __tablename__ = "directory_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
