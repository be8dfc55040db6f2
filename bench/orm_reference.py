"""What one would pick instead: ORM models with encrypted columns behind a signed-in, validated Flask-WTF form.

Written as such applications are: a type that encrypts each field by itself (AES-GCM, the key object made at each use,
as the usual column types do), relationships, a session a request. Finding a document means decrypting and comparing.
It keeps no journal, no blind index and no counts.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, abort, jsonify, redirect, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Dialect, ForeignKey, LargeBinary, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, scoped_session, sessionmaker
from sqlalchemy.types import TypeDecorator
from werkzeug.wrappers import Response
from wtforms import (
    BooleanField,
    DateField,
    DateTimeField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from bench.bare_route import durable
from bench.sealing import ENTITIES

KEY = os.urandom(32)


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
    documents: Mapped[list["Document"]] = relationship(back_populates="person")
    visits: Mapped[list["Visit"]] = relationship(back_populates="person")


class Document(Base):
    """An identity document."""

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    type: Mapped[str]
    number: Mapped[str]
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


def _choices(*codes: str) -> list[tuple[str, str]]:
    return [(code, code) for code in codes]


NAME = [DataRequired(), Length(max=80)]


class VisitForm(FlaskForm):
    """The visit on one page."""

    person_id = IntegerField(validators=[Optional()])
    given_names = StringField(validators=NAME)
    surname_1 = StringField(validators=NAME)
    surname_2 = StringField(validators=NAME)
    birth_date = DateField(validators=[DataRequired()])
    sex = SelectField(choices=_choices("F", "M", "I", "N"))
    nationality = SelectField(choices=_choices("VE", "CO", "EC"))
    phone = StringField(validators=[Regexp(r"\+57 \d{3} \d{7}")])
    municipality = StringField(validators=[Regexp(r"\d{5}")])
    origin = SelectField(choices=_choices("VE-S", "VE-V", "VE-L"))
    population = SelectField(choices=_choices("migrant", "returnee", "host"))
    status = SelectField(choices=_choices("regular", "irregular", "pending"))
    intention = SelectField(choices=_choices("stay", "transit", "return"))
    education = IntegerField(validators=[NumberRange(1, 99)])
    document_type = SelectField(choices=_choices("DE", "CC", "PA"))
    document_number = StringField(validators=[Regexp(r"[VE]-?\d{4,9}")])
    passport = StringField(validators=[Optional(), Regexp(r"[A-Z0-9]{5,16}")])
    passport_expires = DateField(validators=[Optional()])
    attended_at = DateTimeField(format="%Y-%m-%dT%H:%M:%S%z", validators=[DataRequired()])
    point = SelectField(choices=_choices("bucaramanga"))
    adults = IntegerField(validators=[NumberRange(0, 20)])
    children = IntegerField(validators=[NumberRange(0, 20)])
    vulnerabilities = SelectMultipleField(choices=_choices("pregnant", "chronic_illness", "disability"))
    needs = SelectMultipleField(choices=_choices(*ENTITIES), validators=[DataRequired()])
    consent_attention = BooleanField()
    consent_referral = BooleanField()
    notes = StringField(validators=[Length(max=2000)])


def orm_reference(folder: Path) -> Flask:
    """The application on a database of its own, with one user."""
    engine = create_engine(f"sqlite:///{folder / 'orm.db'}")
    event.listen(engine, "connect", durable)
    Base.metadata.create_all(engine)
    session = scoped_session(sessionmaker(engine))
    session.add(User(id=1))
    session.commit()
    session.remove()
    app = Flask("reference")
    app.secret_key = os.urandom(32)
    CSRFProtect(app)
    manager = LoginManager(app)
    manager.user_loader(lambda user: session.get(User, int(user)))
    app.teardown_appcontext(lambda _error: session.remove())

    @app.get("/sign-in")
    def sign_in() -> str:
        # How a password is checked plays no part in a registration.
        login_user(session.get_one(User, 1))
        return generate_csrf()

    @app.post("/visits")
    @login_required
    def visits() -> Response:
        form = VisitForm()
        if not form.validate_on_submit():
            abort(jsonify(form.errors), 422)
        person = _save(session(), form)
        session.commit()
        return redirect(f"/people/{person.id}")

    @app.get("/people")
    @login_required
    def people() -> Response:
        wanted = request.args["document"]
        found = (one for one in session.scalars(select(Document)) if one.number == wanted)
        document = next(found, None)
        return jsonify(id=document and document.person_id, by=current_user.get_id())

    return app


def _save(session: Session, form: VisitForm) -> Person:
    person = session.get(Person, form.person_id.data) if form.person_id.data else None
    if person is None:
        names = [column.key for column in Person.__table__.columns if column.key not in {"id", "birth_date"}]
        person = Person(birth_date=str(form.birth_date.data), **{name: str(form[name].data) for name in names})
        session.add(person)
        identity = Document(type=form.document_type.data, number=form.document_number.data)
        passport = Document(type="PA", number=form.passport.data, expires=str(form.passport_expires.data))
        person.documents += [identity, passport]
    needs = form.needs.data or []
    visit = Visit(
        attended_at=form.attended_at.data,
        point=form.point.data,
        household=f"{form.adults.data}/{form.children.data}",
        vulnerabilities=",".join(form.vulnerabilities.data or []),
        needs=",".join(needs),
        consents=f"{form.consent_attention.data}/{form.consent_referral.data}",
        notes=form.notes.data,
    )
    visit.referrals += [Referral(service=need, entity=ENTITIES[need], state="created") for need in needs[:2]]
    person.visits.append(visit)
    return person
