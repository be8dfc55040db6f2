"""The link between the visits of people who came together.

The family's id stands in the sealed record of each visit. In clear each visit carries a tag of its own: a keyed digest
of the family's id and of the member's number, so that two members have nothing in common for a thief (decision 32).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database.identifiers import build_id_at
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault
from attention_point.intake.draft import VisitDraft
from attention_point.intake.models import Visit
from attention_point.intake.queries import VISIT_COLUMNS, DecryptedVisit, ListedVisit, decrypt_visits

FAMILY_LIMIT = 20
"""The most visits that one arrival links: the largest families at the desk have some fifteen people."""
TAG_BYTES = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MILLISECOND = 2**47  # in the year 6429: what no id of ours reaches
_PURPOSE, _ID_PURPOSE = "family-member", "family-id"
_IDS_BY_TAG = select(Visit.family_tag, Visit.id).where(Visit.family_tag.in_(bindparam("tags", expanding=True)))
_VISITS_BY_ID = select(*VISIT_COLUMNS).where(Visit.id.in_(bindparam("ids", expanding=True)))


def _build_tags(session: Session, family: UUID) -> list[bytes]:
    vault = get_vault(session)
    # A family's tags stay those of the day on which it came: its id holds that day.
    version = vault.find_derive_version(_find_day(family))
    return [
        vault.keyed_digest(_PURPOSE, family.bytes + number.to_bytes(2), version)[:TAG_BYTES]
        for number in range(FAMILY_LIMIT)
    ]


def _find_day(identifier: UUID) -> date:
    """The day that an id tells (UUIDv7); what is no such id may tell any."""
    milliseconds = identifier.int >> 80
    return clock.local_day(
        clock.keep_in_calendar(_EPOCH + timedelta(milliseconds=min(milliseconds, _LAST_MILLISECOND)))
    )


def derive_id(session: Session, visit_id: UUID, number: int) -> UUID:
    """An id that follows from the id of the main person's visit: of the family (0), and of each companion's visit.

    A form that is sent twice gets the same ids. It is keyed: the ids in clear do not tell who came together.
    """
    vault = get_vault(session)
    version = vault.find_derive_version(_find_day(visit_id))
    digest = vault.keyed_digest(_ID_PURPOSE, visit_id.bytes + number.to_bytes(4), version)
    # The time of the main visit, so that lists by id keep the order of arrival (UUIDv7, RFC 9562 section 5.7).
    return build_id_at(visit_id.int >> 80, int.from_bytes(digest[:10]))


def choose_free_tags(session: Session, family: UUID, count: int) -> list[bytes]:
    """Tags for so many new visits of a family, in the order of the members. Raises Invalid for too large a family.

    The caller holds the lock on the family's id, so that two visits never take the same tag.
    """
    tags = _build_tags(session, family)
    taken_tags = _find_ids_by_tag(session, tags)
    free_tags = [tag for tag in tags if tag not in taken_tags]
    if len(free_tags) < count:
        raise build_limit_error()
    return free_tags[:count]


def move_to_family(session: Session, visit_id: UUID, family: UUID | None) -> None:
    """Link a recorded visit with those of another family, or with none. Raises Invalid for too large a family.

    The caller holds the lock on the family's id, as for ``choose_free_tags``.
    """
    tag = choose_free_tags(session, family, 1)[0] if family else None
    session.execute(update(Visit).where(Visit.id == visit_id).values(family_tag=tag))


def build_limit_error() -> Invalid:
    """The error of a family with more people than one arrival links."""
    return Invalid.of_field(
        "family",
        _(
            "At most %(limit)s people can be recorded together. Record the others as a second group.",
            limit=FAMILY_LIMIT,
        ),
    )


def name_person(index: int, field_errors: Iterable[FieldError]) -> list[FieldError]:
    """The errors of one person of a family, each under her or his number: ``people.1.person.birth_date``."""
    return [FieldError(f"people.{index}.{error.field}", error.message) for error in field_errors]


def check_family_drafts(drafts: Sequence[VisitDraft]) -> None:
    """Raise Invalid where drafts are not those of one family, or the same person stands among them twice."""
    if len(drafts) > FAMILY_LIMIT:
        raise build_limit_error()
    if len({draft.family for draft in drafts}) > 1 or (len(drafts) > 1 and drafts[0].family is None):
        raise Invalid.of_field("family", _("People who came together have one identifier of the family."))
    seen_ids: set[UUID | None] = set()
    for index, draft in enumerate(drafts):
        own_ids = {draft.id, draft.person.id} - {None}
        if own_ids & seen_ids:
            raise Invalid.of_field(f"people.{index}.person.id", _("The same person stands here twice."))
        seen_ids |= own_ids


def list_visits_of_family(session: Session, family: UUID) -> list[ListedVisit]:
    """The visits of one arrival, in the order in which its members were recorded; the erased are left out."""
    tags = _build_tags(session, family)
    ids_by_tag = _find_ids_by_tag(session, tags)
    rows = session.connection().execute(_VISITS_BY_ID, {"ids": list(ids_by_tag.values())}).all()
    order = {ids_by_tag[tag]: number for number, tag in enumerate(tags) if tag in ids_by_tag}
    return decrypt_visits(session, sorted(rows, key=lambda row: order[row.id]))


def list_visits_of_arrival(session: Session, visit: DecryptedVisit) -> list[DecryptedVisit]:
    """The visits of whoever came together with this person on the same day, the main person's first.

    That of the person alone where nobody else came. A visit that does not open is left out, and noted in the session.
    """
    if visit.family is None:
        return [visit]
    visits = [
        member
        for member in list_visits_of_family(session, visit.family)
        if isinstance(member, DecryptedVisit)
        and clock.local_day(member.attended_at) == clock.local_day(visit.attended_at)
    ]
    return sorted(visits, key=lambda member: member.record.get("relation", "self") != "self")


def _find_ids_by_tag(session: Session, tags: list[bytes]) -> dict[bytes, UUID]:
    return {bytes(row.family_tag): row.id for row in session.connection().execute(_IDS_BY_TAG, {"tags": tags})}
