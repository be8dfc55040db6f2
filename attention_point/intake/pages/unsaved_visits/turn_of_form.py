"""The turn from which a form was begun: what its visitor said goes into the form, and is shown above it."""

import re
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.intake import form_drafts
from attention_point.intake.form import companions
from attention_point.intake.form.visit_form import TYPED_FIELDS
from attention_point.intake.pages.unsaved_visits.kept_fields import Fields
from attention_point.turns import queries, rules
from attention_point.turns.details import TurnDetails
from attention_point.turns.models import Turn
from attention_point.turns.priority.policies import find_policy

MOST_BLANK_ROWS = 8  # rows for who came along; more people are counted, and rows added by hand
# What a visitor may have typed at the kiosk. No field of the page's own comes from there.
_SELF_INTAKE_NAME = re.compile(r"documents-\d-(type|number|expires)|attention|contact|research|text_(version|language)")
_TYPED_NAMES = frozenset(field.name for field in TYPED_FIELDS)
PREFERENTIAL_LABELS = {
    "small_children": N_("small children"),
    "pregnant": N_("pregnancy"),
    "disability": N_("disability"),
    "other": N_("another reason"),
}


class FormTurn(NamedTuple):
    """What the form shows of its turn. ``is_open`` is False once it ended or went to somebody else."""

    id: UUID
    code: str
    given_at: Any
    is_open: bool
    preferential: str
    speaks_english: bool
    came_before: bool
    slip_code: str
    has_typed: bool


def find_started_turn(session: Session, actor: Actor) -> Turn | None:
    """The turn that this agent attends now."""
    desk = queries.find_desk_of_actor(session, actor)
    turn = queries.find_turn_at_desk(session, desk.id) if desk else None
    return turn if turn and turn.state == rules.STARTED else None


def add_turn(session: Session, fields: Fields, turn: Turn, *, with_people: bool = True) -> None:
    """Put what the turn's visitor said into the fields of a form; what stands there already stays.

    ``with_people``: what was typed at the kiosk and blank rows for companions too, for somebody who is not on file.
    """
    details = queries.read_turn_details(session, turn)
    for name, value in _list_single_values(turn, details):
        fields.setdefault(name, value)
    if "needs" not in fields:
        fields.setlist("needs", list(details.needs))
    if not with_people:
        return
    # Names of the page's own fields (whose record it is, which version) must not come from a kiosk.
    for name, value in (details.self_intake or {}).items():
        if name in _TYPED_NAMES or _SELF_INTAKE_NAME.fullmatch(name):
            fields.setdefault(name, value)
    for _row in range(min(details.companions.adults + details.companions.children, MOST_BLANK_ROWS)):
        companions.add_row(fields)


def _list_single_values(turn: Turn, details: TurnDetails) -> list[tuple[str, str]]:
    values = [
        ("turn", str(turn.id)),
        ("arrived_time", f"{clock.to_local_time(turn.issued_at):%H:%M}"),
        ("speaks", details.language),
    ]
    counts = (("adults", details.companions.adults), ("children", details.companions.children))
    return values + [(name, str(count)) for name, count in counts if count]


def describe_turn(session: Session, actor: Actor, turn_id: str) -> FormTurn | None:
    """The turn of a form; None where the form names none that exists."""
    try:
        turn = queries.read_turn(session, UUID(turn_id))
    except (ValueError, AppError):
        return None
    # Read anew each time: the turn may have ended or gone on since the form was begun.
    desk = queries.find_desk_of_actor(session, actor)
    details = queries.read_turn_details(session, turn)
    return FormTurn(
        turn.id,
        turn.code,
        turn.issued_at,
        turn.state in rules.AT_A_DESK and desk is not None and turn.desk_id == desk.id,
        ", ".join(_describe_reason(session, turn, reason) for reason in details.preferential),
        details.language == "en",
        details.first_time is False,
        (details.slip_code or "").rpartition("/")[2],
        bool(details.self_intake),
    )


def _describe_reason(session: Session, turn: Turn, reason: str) -> str:
    if reason == "older_adult":
        return _("%(age)s years old or older", age=find_policy(session, turn.point, turn.day).older_adult_age)
    return _(PREFERENTIAL_LABELS[reason])


def list_drafts_of_turn(session: Session, actor: Actor, turn_id: UUID | str) -> list[UUID]:
    """The agent's unfinished forms that belong to a turn, the latest first; one that does not open is left out."""
    ids = []
    for draft in form_drafts.list_form_drafts(session, actor):
        try:
            fields = form_drafts.read_form_draft(session, actor, draft.id)
        except AppError:
            continue
        if ("turn", str(turn_id)) in fields:
            ids.append(draft.id)
    return ids
