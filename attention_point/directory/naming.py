"""How the journal names what stands in the directory."""

from collections.abc import Collection

from flask import url_for
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import Naming, RecordName
from attention_point.foundation.language import N_, current

FIELDS = {
    "code": N_("Code"),
    "kind": N_("Kind of entity"),
    "name": N_("Full name"),
    "short": N_("Short name"),
    "description": N_("What people go there for"),
    "receives_referrals": N_("People are sent there"),
    "address": N_("Address"),
    "hours": N_("Hours"),
    "phone": N_("Telephone"),
    "confirmed_on": N_("Contact data confirmed"),
    "verified": N_("Checked against its source"),
    "valid_from": N_("First day"),
    "valid_to": N_("Last day"),
    "need": N_("Need that it answers"),
    "restricted": N_("Restricted"),
    "conditions": N_("Who may use it"),
    "documents_none": N_("No paper may be asked for"),
    "documents": N_("Documents accepted"),
    "papers": N_("Papers to bring"),
    "legal_basis": N_("Legal basis"),
    "offers": N_("Who offers it"),
    "fields": N_("Data that the entity sees"),
}


def _name_entities(session: Session, reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    known, may = queries.entities_by_code(session), reader.may("directory.view")
    return {
        code: RecordName(known[code].name[current()], url_for("directory.entity", code=code) if may else None)
        for code in codes
        if code in known
    }


def _name_services(session: Session, reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    known, may = queries.services_by_code(session), reader.may("directory.view")
    return {
        code: RecordName(known[code].name[current()], url_for("directory.service", code=code) if may else None)
        for code in codes
        if code in known
    }


def _name_points(session: Session, _reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    names = {point.code: point.name[current()] for point in queries.points(session)}
    return {code: RecordName(names[code]) for code in codes if code in names}


NAMING = Naming(
    {"entity": _name_entities, "service": _name_services, "point": _name_points},
    {"entity": FIELDS, "service": FIELDS},
)
