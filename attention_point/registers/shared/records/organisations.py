"""Organisations and their contacts: one list for all registers, which is itself a register.

A name, an alias or an acronym belongs to one organisation only, however it is spelled, so that the partner of an event
and the partner of an agreement are the same record.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.errors import AppError, FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.code_lists import COUNTRIES, ORGANISATION_KINDS
from attention_point.registers.shared.models import TYPED, IndexEntry, OrganisationName, OrganisationRecord
from attention_point.registers.shared.records.queries import split_into_slices
from attention_point.registers.shared.records.writing import NewRecord, insert_records
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.common_fields import NAME_FIELD, NOTES_FIELD, ONE_PER_LINE_HINT, TAGS_FIELD
from attention_point.registers.shared.schema.parsing import NOTHING_SAVED
from attention_point.registers.shared.schema.schema import CODE, ROWS, TEXTS, URL, Data, Field, Group, Register

NAME_TAKEN = N_("Another organisation has this name.")
# "Servicio Nacional de Aprendizaje (SENA)"
_WITH_ACRONYM = re.compile(r"(?P<name>.+?)\s*\((?P<acronym>[^()\s]{2,15})\)")


def _build_no_entries(_register: Register, _data: Data) -> Iterable[tuple[str, str]]:
    return ()  # an organisation belongs to no year


def _reserve_names(session: Session, record_id: UUID, data: Data) -> None:
    """Reserve an organisation's names for it. Raises Invalid for a name of another. An acronym may be shared."""
    fields_by_name = {fold_text(data["name"]): "name"}
    for number, alias in enumerate(data.get("aliases", ())):
        fields_by_name.setdefault(fold_text(alias), f"aliases.{number}")
    acronym = fold_text(data.get("acronym", ""))
    holders = _list_name_holders(session, [*fields_by_name, acronym])
    errors = [
        FieldError(field, _(NAME_TAKEN))
        for key, field in fields_by_name.items()
        if holders.get(key, record_id) != record_id
    ]
    if errors:
        raise Invalid(_(NOTHING_SAVED), tuple(errors))
    if acronym and holders.get(acronym, record_id) == record_id:
        fields_by_name.setdefault(acronym, "acronym")
    # All names are replaced, so that a removed alias is free for another organisation.
    session.execute(delete(OrganisationName).where(OrganisationName.organisation == record_id))
    session.execute(
        insert(OrganisationName), [{"key": key[:300], "organisation": record_id} for key in fields_by_name if key]
    )


def _check_not_named(session: Session, record_id: UUID, _data: Data) -> None:
    """Raise AppError while a record names the organisation."""
    naming_records = (
        select(IndexEntry.record).where(IndexEntry.key == "organisation", IndexEntry.value == record_id.hex).limit(1)
    )
    if session.scalar(naming_records) is not None:
        raise AppError(_("This organisation cannot be removed, because records name it."))


ORGANISATIONS = Register(
    name="organisations",
    title=N_("Organisations and contacts"),
    add_label=N_("Add an organisation"),
    empty_message=N_("No organisations yet. The first record that names one adds it here."),
    model=OrganisationRecord,
    sort_field="",
    has_unique_names=True,
    build_entries=_build_no_entries,
    after_write=_reserve_names,
    before_removal=_check_not_named,
    groups=(
        Group(
            N_("The organisation"),
            (
                NAME_FIELD,
                Field("acronym", N_("Acronym"), searched=True, listed=True, maximum=40, copied=False),
                Field("aliases", N_("Other names"), TEXTS, searched=True, hint=ONE_PER_LINE_HINT, copied=False),
                Field("kind", N_("Kind"), CODE, codes=ORGANISATION_KINDS, listed=True, filtered=True),
                Field("country", N_("Country"), CODE, codes=COUNTRIES, listed=True, filtered=True),
                Field("website", N_("Website"), URL),
                TAGS_FIELD,
                replace(NOTES_FIELD, searched=False),
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


def find_or_add_organisations(session: Session, actor: Actor, names: Sequence[str]) -> dict[str, UUID]:
    """Find the organisation of each name as written, and add those that are missing. Gives the ids by name.

    ``Name (ACRO)`` is a name and an acronym.
    """
    ids = find_organisations(session, names)
    missing = {fold_text(parts[0]): parts for parts in (_split_acronym(name) for name in names if name not in ids)}
    if not missing:
        return ids
    new_organisations = [
        NewRecord({"name": full_name, **({"acronym": acronym} if acronym else {})}, TYPED)
        for full_name, acronym in missing.values()
    ]
    insert_records(session, actor, ORGANISATIONS, new_organisations, "added")
    return find_organisations(session, names)


def find_organisations(session: Session, names: Iterable[str]) -> dict[str, UUID]:
    """Find the organisation of each name as written; unknown names are left out."""
    name_parts = {name: _split_acronym(name) for name in names}
    holders = _list_name_holders(session, (fold_text(part) for parts in name_parts.values() for part in parts))
    ids_by_name = {name: _match_organisation(session, holders, *parts) for name, parts in name_parts.items()}
    return {name: organisation_id for name, organisation_id in ids_by_name.items() if organisation_id is not None}


def _split_acronym(name: str) -> tuple[str, str]:
    match = _WITH_ACRONYM.fullmatch(name)
    return (match["name"], match["acronym"]) if match else (name, "")


def _match_organisation(session: Session, holders: Mapping[str, UUID], full_name: str, acronym: str) -> UUID | None:
    """Match by the name, or by the acronym if the organisation on file is known by that acronym alone."""
    organisation_id = holders.get(fold_text(full_name))
    if organisation_id is None and acronym:
        acronym_holder = holders.get(fold_text(acronym))
        if acronym_holder is not None:
            # Two organisations may share an acronym, but hardly one that is known by nothing else.
            row = session.get(OrganisationRecord, acronym_holder)
            organisation_id = acronym_holder if row is not None and row.name_key == fold_text(acronym) else None
    return organisation_id


def _list_name_holders(session: Session, keys: Iterable[str]) -> dict[str, UUID]:
    ids_by_key: dict[str, UUID] = {}
    for key_slice in split_into_slices({key[:300] for key in keys if key}):
        columns = select(OrganisationName.key, OrganisationName.organisation)
        rows = session.execute(columns.where(OrganisationName.key.in_(key_slice)))
        ids_by_key |= {key: organisation for key, organisation in rows}
    return ids_by_key
