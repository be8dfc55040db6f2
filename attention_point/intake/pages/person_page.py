"""What the page of a person shows beyond the record: the records that are joined with it, and who came along."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import VaultError
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.intake.family.returning import list_earlier_companions
from attention_point.intake.form.companions import KIN, find_kin
from attention_point.intake.form.person_summary import compare_records
from attention_point.people import merging
from attention_point.people import records as people_records
from attention_point.people.merging import Link
from attention_point.people.records import DecryptedPerson


class JoinedRecord(NamedTuple):
    """Another record of the same person: the name in it, what differs from the page, and where it can be separated."""

    name: str
    differences: list[tuple[str, str]]
    pair_url: str


class HouseholdMember(NamedTuple):
    """Somebody who came along: the name, the relation to the person in words, the last day, and the page."""

    name: str
    relation: str
    came_on: date
    url: str


def list_joined_records(session: Session, actor: Actor, person: DecryptedPerson) -> list[JoinedRecord]:
    """The records that were joined with a person's. The journal keeps that each was read."""
    links = merging.find_links(session, [person.id])
    return [
        _build_joined_record(session, actor, person, record_id, links)
        for record_id in merging.list_linked(session, person.id)
        if record_id != person.id
    ]


def _build_joined_record(
    session: Session, actor: Actor, person: DecryptedPerson, record_id: UUID, links: Sequence[Link]
) -> JoinedRecord:
    try:
        record = people_records.view_person(session, actor, record_id, "merge").record
    except VaultError as error:
        note_damage(session, error)
        record = {}
    differences = [
        (row.label, ", ".join(row.after))
        for row in compare_records(person.record, record)
        if row.after and row.after != row.before and row.label != _("Name")  # which is the heading
    ]
    link = next(link for link in links if record_id in {link.later_person, link.earlier_person})
    return JoinedRecord(
        people_records.format_full_name(record) or _("No name on file"),
        differences,
        url_for("duplicates.show_pair", person=link.later_person, other=link.earlier_person),
    )


def list_household(session: Session, actor: Actor, person: UUID) -> list[HouseholdMember]:
    """Who came along with a person, the latest first. The journal keeps that each record was read."""
    return [
        HouseholdMember(
            people_records.format_full_name(companion.record) or _("No name on file"),
            _label_relation(companion.relation, companion.record),
            clock.local_day(companion.came_at),
            url_for("desk.show_person", person=companion.person_id),
        )
        for companion in list_earlier_companions(session, actor, person, "household")
    ]


def _label_relation(relation: str | None, record: Mapping[str, Any]) -> str:
    if relation is None:
        return ""
    kin = find_kin(relation, record.get("sex"))
    return _(KIN[kin].label) if kin else get_code_list("relations").label_for_code(relation, current_language())
