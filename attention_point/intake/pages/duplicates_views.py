"""Pairs of people who may be one person: side by side, and what an agent found out. Nobody is merged."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import RadioField

from attention_point.foundation.access import requires
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import Conflict, Invalid, VaultError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm
from attention_point.foundation.web.transactions import read_session
from attention_point.intake.form.person_summary import compare_records
from attention_point.people import duplicates
from attention_point.people import records as people_records

blueprint = Blueprint("duplicates", __name__, url_prefix="/people/compare")
PAGE_SIZE = 50
ComparisonRow = tuple[str, Sequence[str], Sequence[str], bool | None]


class FindingForm(BaseForm):
    """The form of the agent's decision about two people."""

    found_out = RadioField(N_("What did you find out?"), validate_choice=False, choices=[])


@blueprint.get("")
@requires("people.compare")
def list_pairs() -> str:
    """Show the pairs that nobody has decided yet, the oldest first."""
    return render_template(
        "desk/duplicates.html",
        pairs=duplicates.list_undecided_pairs(db_session(), PAGE_SIZE),
        reasons={code: _(label) for code, label in duplicates.REASON_LABELS.items()},
        undecided_count=duplicates.count_undecided_pairs(db_session()),
    )


@blueprint.get("/<uuid:person>/<uuid:other>")
@requires("people.compare")
def show_pair(person: UUID, other: UUID) -> str:
    """Show both people side by side. The journal keeps that both records were read."""
    return _render_pair(person, other, _build_finding_form())


@blueprint.post("/<uuid:person>/<uuid:other>")
@requires("people.compare")
def decide_pair(person: UUID, other: UUID) -> Response | tuple[str, int]:
    """Save what the agent found out."""
    form = _build_finding_form()
    try:
        decision = duplicates.decide_pair(db_session(), current_actor(), person, other, form.found_out.data or "")
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_pair(person, other, form), 422
    except Conflict as error:
        flash(error.message, "warning")
        return redirect(url_for(".list_pairs"), 303)
    flash(
        _("Saved: the same person.") if decision == duplicates.SAME_PERSON else _("Saved: different people."), "success"
    )
    return redirect(url_for(".list_pairs"), 303)


def _build_finding_form() -> FindingForm:
    form = FindingForm()
    form.found_out.choices = [(code, _(label)) for code, (_decision, label) in duplicates.FINDINGS.items()]
    return form


def _render_pair(later_person: UUID, earlier_person: UUID, form: FindingForm) -> str:
    pair = duplicates.get_pair(read_session(), later_person, earlier_person)
    # The earlier person stands first, as the page's headings say.
    records = [_find_record(person_id) for person_id in (earlier_person, later_person)]
    return render_template(
        "desk/duplicate.html",
        pair=pair,
        reason=_(duplicates.REASON_LABELS[pair.reason]),
        finding_label=_(duplicates.FINDINGS[pair.finding][1]) if pair.finding else None,
        rows=list(compare_people(records[0] or {}, records[1] or {})),
        damaged=[record is None for record in records],
        form=form,
    )


def _find_record(person: UUID) -> Mapping[str, Any] | None:
    # None where the record does not open: the page still shows the other one.
    try:
        return people_records.view_person(read_session(), current_actor(), person, "compare").record
    except VaultError as error:
        note_damage(read_session(), error)
        return None


def compare_people(earlier_record: Mapping[str, Any], later_record: Mapping[str, Any]) -> Iterator[ComparisonRow]:
    """The details of both people: the label, the words of each, and whether they agree (None where one is silent)."""
    for label, earlier_words, later_words in compare_records(earlier_record, later_record):
        both_known = bool(earlier_words and later_words)
        yield label, earlier_words, later_words, bool({*earlier_words} & {*later_words}) if both_known else None
