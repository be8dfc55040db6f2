"""What one would pick instead: ORM models with encrypted columns behind a signed-in, validated Flask-WTF form.

Written as such applications are: a type that encrypts each field by itself (AES-GCM, the key object made at each use,
as the usual column types do), relationships, a session a request. It does a registration's whole work: it finds who has
come before by document (a keyed hash in an index beside the encrypted number, since decrypting and comparing all would
cost more with every person), takes the offers of the needs from a table, writes an audit row without a chain, counts
the month's indicators (one query for all cells), and answers from its rows as they are after the commit.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, abort, jsonify
from flask_login import LoginManager, current_user, login_required, login_user
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import generate_csrf
from sqlalchemy import create_engine, event, select, tuple_
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, scoped_session, sessionmaker
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

from bench.floors import PRAGMAS
from bench.orm_models import Audit, Base, Count, Document, Offer, Person, Referral, User, Visit, build_tag
from bench.sealing import ENTITIES

Cells = list[tuple[str, str]]
BANDS = ((5, "0-5"), (11, "6-11"), (17, "12-17"), (28, "18-28"), (59, "29-59"), (200, "60+"))


def _build_choices(*codes: str) -> list[tuple[str, str]]:
    return [(code, code) for code in codes]


NAME = [DataRequired(), Length(max=80)]


class VisitForm(FlaskForm):
    """The visit on one page."""

    given_names = StringField(validators=NAME)
    surname_1 = StringField(validators=NAME)
    surname_2 = StringField(validators=NAME)
    birth_date = DateField(validators=[DataRequired()])
    sex = SelectField(choices=_build_choices("F", "M", "I", "N"))
    nationality = SelectField(choices=_build_choices("VE", "CO", "EC"))
    phone = StringField(validators=[Regexp(r"\+57 \d{3} \d{7}")])
    municipality = StringField(validators=[Regexp(r"\d{5}")])
    origin = SelectField(choices=_build_choices("VE-S", "VE-V", "VE-L"))
    population = SelectField(choices=_build_choices("migrant", "returnee", "host"))
    status = SelectField(choices=_build_choices("regular", "irregular", "pending"))
    intention = SelectField(choices=_build_choices("stay", "transit", "return"))
    education = IntegerField(validators=[NumberRange(1, 99)])
    document_type = SelectField(choices=_build_choices("DE", "CC", "PA"))
    document_number = StringField(validators=[Regexp(r"[VE]-?\d{4,9}")])
    passport = StringField(validators=[Optional(), Regexp(r"[A-Z0-9]{5,16}")])
    passport_expires = DateField(validators=[Optional()])
    attended_at = DateTimeField(format="%Y-%m-%dT%H:%M:%S%z", validators=[DataRequired()])
    point = SelectField(choices=_build_choices("bucaramanga"))
    adults = IntegerField(validators=[NumberRange(0, 20)])
    children = IntegerField(validators=[NumberRange(0, 20)])
    vulnerabilities = SelectMultipleField(choices=_build_choices("pregnant", "chronic_illness", "disability"))
    needs = SelectMultipleField(choices=_build_choices(*ENTITIES), validators=[DataRequired()])
    consent_attention = BooleanField()
    consent_referral = BooleanField()
    notes = StringField(validators=[Length(max=2000)])


def create_orm_reference(folder: Path) -> Flask:
    """The application on a database of its own, with one user."""
    engine = create_engine(f"sqlite:///{folder / 'orm.db'}")
    event.listen(engine, "connect", _set_pragmas)
    Base.metadata.create_all(engine)
    session = scoped_session(sessionmaker(engine))
    session.add(User(id=1))
    reason = "It answers the need that the person stated."
    for need, entity in ENTITIES.items():
        session.add(Offer(need=need, service=need, entity=entity, reason=reason, valid_from=date(2000, 1, 1)))
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
    def add_visit() -> tuple[Response, int]:
        form = VisitForm()
        if not form.validate_on_submit():
            abort(jsonify(form.errors), 422)
        visit = _save_visit(session(), form)
        session.commit()
        return jsonify(_build_receipt(session(), visit)), 201

    return app


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")


def _save_visit(session: Session, form: VisitForm) -> Visit:
    known_person = _find_person(session, form)
    person = known_person or _build_person(form)
    session.add(person)
    needs = form.needs.data or []
    day = _get_day(form)
    is_first_visit = known_person is None or not _came_this_month(session, known_person, day)
    visit = Visit(
        attended_at=form.attended_at.data,
        point=form.point.data,
        household=f"{form.adults.data}/{form.children.data}",
        vulnerabilities=",".join(form.vulnerabilities.data or []),
        needs=",".join(needs),
        consents=f"{form.consent_attention.data}/{form.consent_referral.data}",
        notes=form.notes.data,
    )
    for offer in _list_offers(session, needs, day):
        visit.referrals.append(Referral(service=offer.service, entity=offer.entity, state="created"))
    person.visits.append(visit)
    session.flush()
    session.add(Audit(at=datetime.now(UTC), user_id=current_user.id, action="visit.record", visit_id=visit.id))
    _add_counts(
        session,
        day.replace(day=1),
        [*_list_visit_cells(form, visit), *(_list_people_cells(form) if is_first_visit else ())],
    )
    return visit


def _find_person(session: Session, form: VisitForm) -> Person | None:
    """Who shows one of the documents and has the same birth date."""
    document_tags = [build_tag(f"{kind}:{number}") for kind, number in _list_documents(form)]
    for document in session.scalars(select(Document).where(Document.number_tag.in_(document_tags))):
        if document.person.birth_date == str(form.birth_date.data):
            return document.person
    return None


def _get_day(form: VisitForm) -> date:
    return (form.attended_at.data or datetime.max).date()  # noqa: DTZ901 - a valid form has it


def _list_documents(form: VisitForm) -> list[tuple[str, str]]:
    return [(str(form.document_type.data), str(form.document_number.data)), ("PA", str(form.passport.data))]


def _build_person(form: VisitForm) -> Person:
    names = {column.key for column in Person.__table__.columns} - {"id", "birth_date", "name_tag"}
    person = Person(birth_date=str(form.birth_date.data), **{name: str(form[name].data) for name in names})
    person.name_tag = build_tag(f"{form.surname_1.data}:{form.birth_date.data:%Y}")
    for (kind, number), expires in zip(_list_documents(form), (None, str(form.passport_expires.data)), strict=True):
        person.documents.append(
            Document(type=kind, number=number, number_tag=build_tag(f"{kind}:{number}"), expires=expires)
        )
    return person


def _came_this_month(session: Session, person: Person, day: date) -> bool:
    first = datetime(day.year, day.month, 1)  # noqa: DTZ001 - SQLite keeps no zone
    earlier = select(Visit.id).where(Visit.person_id == person.id, Visit.attended_at >= first)
    return session.scalars(earlier.limit(1)).first() is not None


def _list_offers(session: Session, needs: list[str], day: date) -> list[Offer]:
    offers = session.scalars(select(Offer).where(Offer.need.in_(needs), Offer.valid_from <= day))
    return sorted(offers, key=lambda offer: needs.index(offer.need))


def _list_visit_cells(form: VisitForm, visit: Visit) -> Iterator[tuple[str, str]]:
    at = form.attended_at.data
    yield from (("attentions-by-day", f"{at:%Y-%m-%d}"), ("attentions-by-hour", f"{at:%H}"))
    for referral in visit.referrals:
        yield from (("referrals-by-entity", f"{referral.entity}|created"), ("referrals-by-service", referral.service))


def _list_people_cells(form: VisitForm) -> Iterator[tuple[str, str]]:
    sex, day, born = form.sex.data, _get_day(form), form.birth_date.data or date.max
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    band = next(name for oldest, name in BANDS if age <= oldest)
    yield from (("people-by-day", f"{day}"), ("people-by-sex-and-age", f"{sex}|{band}"))
    yield ("people-by-nationality-and-status", f"{form.nationality.data}|{form.status.data}")
    for name in ("population", "origin", "municipality", "intention", "education"):
        yield (f"people-by-{name}", str(form[name].data))
    yield from (("people-by-document", kind) for kind, _number in _list_documents(form))
    for need in form.needs.data or ():
        yield from (("needs-by-sex", f"{need}|{sex}"), ("needs-by-age", f"{need}|{band}"))
    yield from (
        ("vulnerabilities-by-sex", f"{vulnerability}|{sex}") for vulnerability in form.vulnerabilities.data or ()
    )


def _add_counts(session: Session, month: date, cells: Cells) -> None:
    query = select(Count).where(Count.month == month, tuple_(Count.indicator, Count.cell).in_(cells))
    counts = {(count.indicator, count.cell): count for count in session.scalars(query)}
    for indicator, cell in cells:
        if (indicator, cell) in counts:
            counts[indicator, cell].count += 1
        else:
            session.add(Count(month=month, indicator=indicator, cell=cell, count=1))


def _build_receipt(session: Session, visit: Visit) -> dict[str, Any]:
    suggestions = _list_offers(session, visit.needs.split(","), visit.attended_at.date())
    return {
        "id": visit.id,
        "reference": f"BGA-{visit.attended_at.year}-{visit.id:06d}",
        "suggestions": [
            {"service": offer.service, "entity": offer.entity, "reason": offer.reason} for offer in suggestions
        ],
        "referrals": [
            {"id": referral.id, "service": referral.service, "entity": referral.entity, "state": referral.state}
            for referral in visit.referrals
        ],
    }
