"""The tables of the ORM reference: fields that are encrypted one by one, keyed hashes to search by, counts in clear."""

import hmac
import os
from datetime import date, datetime
from typing import Any, ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask_login import UserMixin
from sqlalchemy import Dialect, ForeignKey, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

KEY = os.urandom(32)


def build_tag(text: str) -> bytes:
    """A keyed hash to search by."""
    return hmac.new(KEY, text.encode(), "sha256").digest()


class Encrypted(TypeDecorator[str]):
    """A text, encrypted by itself."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        nonce = os.urandom(12)
        return nonce + AESGCM(KEY).encrypt(nonce, value.encode(), None)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else AESGCM(KEY).decrypt(value[:12], value[12:], None).decode()


class Base(DeclarativeBase):
    """The reference's tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Encrypted}


class User(UserMixin, Base):
    """Who signs in."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)


class Person(Base):
    """A person, field by field."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    given_names: Mapped[str]
    surname_1: Mapped[str]
    surname_2: Mapped[str]
    birth_date: Mapped[str]
    sex: Mapped[str]
    nationality: Mapped[str]
    phone: Mapped[str]
    municipality: Mapped[str]
    origin: Mapped[str]
    population: Mapped[str]
    status: Mapped[str]
    intention: Mapped[str]
    education: Mapped[str]
    name_tag: Mapped[bytes] = mapped_column(index=True)
    documents: Mapped[list["Document"]] = relationship(back_populates="person")
    visits: Mapped[list["Visit"]] = relationship(back_populates="person")


class Document(Base):
    """An identity document."""

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    type: Mapped[str]
    number: Mapped[str]
    number_tag: Mapped[bytes] = mapped_column(index=True)
    expires: Mapped[str | None]
    person: Mapped[Person] = relationship(back_populates="documents")


class Visit(Base):
    """A visit and what was said."""

    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    attended_at: Mapped[datetime] = mapped_column(index=True)
    point: Mapped[str]
    household: Mapped[str]
    vulnerabilities: Mapped[str]
    needs: Mapped[str]
    consents: Mapped[str]
    notes: Mapped[str]
    person: Mapped[Person] = relationship(back_populates="visits")
    referrals: Mapped[list["Referral"]] = relationship(back_populates="visit")


class Referral(Base):
    """A referral."""

    __tablename__ = "referral"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id), index=True)
    service: Mapped[str]
    entity: Mapped[str]
    state: Mapped[str]
    visit: Mapped[Visit] = relationship(back_populates="referrals")


class Offer(Base):
    """Which entity answers a need."""

    __tablename__ = "offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    need: Mapped[str] = mapped_column(String(60), index=True)
    service: Mapped[str] = mapped_column(String(60))
    entity: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date]


class Audit(Base):
    """Who did what."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    action: Mapped[str] = mapped_column(String(60))
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id))


class Count(Base):
    """How many, in one cell of an indicator in a month."""

    __tablename__ = "count"
    month: Mapped[date] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(String(60), primary_key=True)
    cell: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int]
