"""Organisations and their contacts: one list for all registers, itself a register.

A name, an alias or an acronym means one organisation only, however it is spelled; so the partner of an event is the
partner of an agreement.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid, Refusal
from attention_point.registers.shared.codes import COUNTRIES, ORGANISATION_KINDS
from attention_point.registers.shared.describe import (
    CODE,
    LONG,
    ROWS,
    TAGS,
    TEXTS,
    URL,
    Data,
    Field,
    Group,
    Register,
)
from attention_point.registers.shared.models import TYPED, Mark, OrganisationName, OrganisationRecord
from attention_point.registers.shared.reading import CORRECT
from attention_point.registers.shared.rules import folded
from attention_point.registers.shared.writing import New, insert_records

TAKEN = N_("Another organisation has this name.")
_WITH_ACRONYM = re.compile(r"(?P<name>.+?)\s*\((?P<acronym>[^()\s]{2,15})\)")
_SLICE = 500


def _no_marks(_register: Register, _data: Data) -> Iterable[tuple[str, str]]:
    return ()


def _keep_names(session: Session, record_id: UUID, data: Data) -> None:
    """Hold the organisation's names to it alone; raises Invalid for one that is another's. An acronym may be shared."""
    wanted = {folded(data["name"]): "name"}
    for place, alias in enumerate(data.get("aliases", ())):
        wanted.setdefault(folded(alias), f"aliases.{place}")
    holders = _holders(session, [*wanted, folded(data.get("acronym", ""))])
    errors = [FieldError(field, _(TAKEN)) for key, field in wanted.items() if holders.get(key, record_id) != record_id]
    if errors:
        raise Invalid(_(CORRECT), tuple(errors))
    acronym = folded(data.get("acronym", ""))
    if acronym and holders.get(acronym, record_id) == record_id:
        wanted.setdefault(acronym, "acronym")
    session.execute(delete(OrganisationName).where(OrganisationName.organisation == record_id))
    session.execute(insert(OrganisationName), [{"key": key[:300], "organisation": record_id} for key in wanted if key])


def _unnamed(session: Session, record_id: UUID, _data: Data) -> None:
    """Raises Refusal while a record names the organisation."""
    named = select(Mark.record).where(Mark.key == "organisation", Mark.value == record_id.hex).limit(1)
    if session.scalar(named) is not None:
        raise Refusal(_("Records name this organisation, so it stays."))


ORGANISATIONS = Register(
    name="organisations",
    title=N_("Organisations and contacts"),
    add=N_("Add an organisation"),
    empty=N_("No organisation yet. The first record that names one adds it here."),
    model=OrganisationRecord,
    sort="",
    marks=_no_marks,
    settle=_keep_names,
    release=_unnamed,
    groups=(
        Group(
            N_("The organisation"),
            (
                Field("name", N_("Name"), required=True, searched=True),
                Field("acronym", N_("Acronym"), searched=True, listed=True, most=40),
                Field("aliases", N_("Other names"), TEXTS, searched=True, hint=N_("One a line.")),
                Field("kind", N_("Kind"), CODE, codes=ORGANISATION_KINDS, listed=True, filtered=True),
                Field("country", N_("Country"), CODE, codes=COUNTRIES, listed=True, filtered=True),
                Field("website", N_("Website"), URL),
                Field("tags", N_("Tags"), TAGS, filtered=True, hint=N_("Separated by commas.")),
                Field("notes", N_("Notes"), LONG),
            ),
        ),
        Group(
            N_("Contacts"),
            (
                Field(
                    "contacts",
                    N_("Contacts"),
                    ROWS,
                    searched=True,
                    fields=(
                        Field("name", N_("Name"), required=True, searched=True),
                        Field("position", N_("Position")),
                        Field("email", N_("E-mail address")),
                        Field("phone", N_("Phone")),
                    ),
                ),
            ),
        ),
    ),
)


def resolve(session: Session, actor: Actor, names: Iterable[str]) -> dict[str, UUID]:
    """The organisation of each name as written, added if not known. ``Name (ACRO)`` is a name and an acronym."""
    written = {name: _parts(name) for name in names}
    keys = {key for full, acronym in written.values() for key in (folded(full), folded(acronym)) if key}
    holders = _holders(session, keys)
    missing = {
        folded(full): (full, acronym)
        for full, acronym in written.values()
        if _known(session, holders, full, acronym) is None
    }
    new = [
        New({"name": full, **({"acronym": acronym} if acronym else {})}, TYPED) for full, acronym in missing.values()
    ]
    insert_records(session, actor, ORGANISATIONS, new, "added")
    if new:
        holders = _holders(session, keys)
    found = {name: _known(session, holders, *parts) for name, parts in written.items()}
    return {name: key for name, key in found.items() if key is not None}


def known(session: Session, names: Iterable[str]) -> dict[str, UUID]:
    """The organisation of each name as written; those not known yet are left out. Adds nothing."""
    written = {name: _parts(name) for name in names}
    holders = _holders(session, {key for parts in written.values() for key in map(folded, parts) if key})
    found = {name: _known(session, holders, *parts) for name, parts in written.items()}
    return {name: key for name, key in found.items() if key is not None}


def _parts(name: str) -> tuple[str, str]:
    found = _WITH_ACRONYM.fullmatch(name)
    return (found["name"], found["acronym"]) if found else (name, "")


def _known(session: Session, holders: Mapping[str, UUID], full: str, acronym: str) -> UUID | None:
    """By its name; by its acronym only where that organisation is known by nothing longer."""
    found = holders.get(folded(full))
    if found is None and acronym:
        by_acronym = holders.get(folded(acronym))
        if by_acronym is not None:
            row = session.get(OrganisationRecord, by_acronym)
            found = by_acronym if row is not None and row.name_key == folded(acronym) else None
    return found


def _holders(session: Session, keys: Iterable[str]) -> dict[str, UUID]:
    wanted, found = sorted({key[:300] for key in keys if key}), {}
    for start in range(0, len(wanted), _SLICE):
        some = select(OrganisationName.key, OrganisationName.organisation)
        rows: Any = session.execute(some.where(OrganisationName.key.in_(wanted[start : start + _SLICE])))
        found.update({key: organisation for key, organisation in rows})
    return found
