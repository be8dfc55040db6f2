"""Tables of the directory: reference data in clear, nothing about a person.

Texts in two languages are JSON ``{"es": …, "en": …}``; lists that no query looks into (documents, papers, fields, legal
basis) are JSON too, their dates as ``YYYY-MM-DD``. What each key means stands at the head of ``data/*.yaml``.
``origin`` tells a row as the file brought it (``loaded``) from one that the office has changed since (``edited``).
"""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base

LOADED, EDITED = "loaded", "edited"
Texts = dict[str, str]
Parts = list[dict[str, Any]]


class Entity(Base):
    """Where people are sent to. Until ``confirmed_on``, nobody has confirmed address, hours and phone."""

    __tablename__ = "directory_entity"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[Texts] = mapped_column(JSON)
    short: Mapped[Texts] = mapped_column(JSON)
    description: Mapped[Texts] = mapped_column(JSON)
    desk_2017: Mapped[bool] = mapped_column(Boolean)
    receives_referrals: Mapped[bool] = mapped_column(Boolean)
    address: Mapped[Texts | None] = mapped_column(JSON(none_as_null=True))
    hours: Mapped[Texts | None] = mapped_column(JSON(none_as_null=True))
    phone: Mapped[str | None] = mapped_column(String(100))
    confirmed_on: Mapped[date | None]
    verified: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    origin: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]


class Service(Base):
    """What answers a need. Its offers are part of it: they are loaded, edited and versioned together."""

    __tablename__ = "directory_service"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    need: Mapped[str] = mapped_column(String(40))
    name: Mapped[Texts] = mapped_column(JSON)
    description: Mapped[Texts] = mapped_column(JSON)
    legal_basis: Mapped[Parts] = mapped_column(JSON)
    restricted: Mapped[bool] = mapped_column(Boolean)
    documents_none: Mapped[bool] = mapped_column(Boolean)
    documents: Mapped[Parts] = mapped_column(JSON)
    papers: Mapped[Parts] = mapped_column(JSON)
    conditions: Mapped[Texts | None] = mapped_column(JSON(none_as_null=True))
    fields: Mapped[list[str]] = mapped_column(JSON)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    origin: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]


class Offer(Base):
    """An entity's offer of a service for a span of days; the lowest ``order`` is the default."""

    __tablename__ = "directory_offer"

    service: Mapped[str] = mapped_column(ForeignKey("directory_service.code"), primary_key=True)
    entity: Mapped[str] = mapped_column(ForeignKey("directory_entity.code"), primary_key=True, index=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    order: Mapped[int]
    verified: Mapped[bool] = mapped_column(Boolean)


class Line(Base):
    """An emergency line, printed on the slip of the services that it names."""

    __tablename__ = "directory_line"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[Texts] = mapped_column(JSON)
    services: Mapped[list[str]] = mapped_column(JSON)
    verified: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Point(Base):
    """An attention point; ``prefix`` begins the references of its visits (BGA-2017-000123)."""

    __tablename__ = "directory_point"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(6), unique=True)
    name: Mapped[Texts] = mapped_column(JSON)
    address: Mapped[Texts | None] = mapped_column(JSON(none_as_null=True))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class ConsentText(Base):
    """What is read before anything is written down. ``digest`` is SHA-256 (hex) over the canonical text."""

    __tablename__ = "directory_consent_text"

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class DirectoryState(Base):
    """One row: the revision, higher after every change, by which caches know that they are old."""

    __tablename__ = "directory_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
