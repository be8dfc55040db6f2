"""Two people who may be one: side by side, and what somebody found out. Nobody is merged."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import RadioField

from attention_point.foundation.access import requires
from attention_point.foundation.damage import note_damage
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Invalid
from attention_point.foundation.vault_error import VaultError
from attention_point.foundation.web import actor, db
from attention_point.foundation.web.forms import BaseForm
from attention_point.foundation.web.transactions import reader
from attention_point.intake.words import by_label
from attention_point.people import duplicates
from attention_point.people import services as people

blueprint = Blueprint("duplicates", __name__, url_prefix="/people/compare")
SIZE = 50
Row = tuple[str, Sequence[str], Sequence[str], bool | None]


class FoundForm(BaseForm):
    """What the agent found out."""

    found_out = RadioField(N_("What did you find out?"), validate_choice=False, choices=[])


@blueprint.get("")
@requires("people.compare")
def listing() -> str:
    """The pairs that nobody has decided yet, the oldest first."""
    return render_template(
        "desk/duplicates.html",
        pairs=duplicates.undecided(db(), SIZE),
        reasons={code: _(words) for code, words in duplicates.REASONS.items()},
        waiting=duplicates.waiting(db()),
    )


@blueprint.get("/<uuid:person>/<uuid:other>")
@requires("people.compare")
def show(person: UUID, other: UUID) -> str:
    """Both people side by side; kept in the journal as a reading of each."""
    return _page(person, other, _form())


@blueprint.post("/<uuid:person>/<uuid:other>")
@requires("people.compare")
def decide(person: UUID, other: UUID) -> Response | tuple[str, int]:
    """Keep what was found out."""
    form = _form()
    try:
        decision = duplicates.decide(db(), actor(), person, other, form.found_out.data or "")
    except Invalid as refused:
        form.found_out.errors = [each.message for each in refused.fields]
        return _page(person, other, form), 422
    except Conflict as refused:
        flash(refused.message, "warning")
        return redirect(url_for(".listing"), 303)
    flash(_("Kept: the same person.") if decision == duplicates.SAME else _("Kept: different people."), "success")
    return redirect(url_for(".listing"), 303)


def _form() -> FoundForm:
    form = FoundForm()
    form.found_out.choices = [(code, _(words)) for code, (_decision, words) in duplicates.FOUND.items()]
    return form


def _page(person: UUID, other: UUID, form: FoundForm) -> str:
    pair = duplicates.pair(reader(), person, other)
    records = [_record(each) for each in (other, person)]
    return render_template(
        "desk/duplicate.html",
        pair=pair,
        reason=_(duplicates.REASONS[pair.reason]),
        decided=_(duplicates.FOUND[pair.decided][1]) if pair.decided else None,
        rows=list(side_by_side(records[0] or {}, records[1] or {})),
        damaged=[record is None for record in records],
        form=form,
    )


def _record(person: UUID) -> Mapping[str, Any] | None:
    """What is known of one of the two; None where it does not open."""
    try:
        return people.view(reader(), actor(), person, "compare").record
    except VaultError as error:
        note_damage(reader(), error)
        return None


def side_by_side(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Row]:
    """What is known of either: the label, the words of each, and whether they agree (None where one is silent)."""
    first, second = by_label(one), by_label(other)
    for label in dict.fromkeys((*first, *second)):
        mine, theirs = first.get(label, []), second.get(label, [])
        yield label, mine, theirs, bool(set(mine) & set(theirs)) if mine and theirs else None
