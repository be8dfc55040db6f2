"""Pairs of people who may be one person: side by side, joined or kept apart by a person, and undone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import RadioField

from attention_point.accounts.naming import find_actor_names
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import Conflict, Invalid, NotFound, VaultError
from attention_point.foundation.language import N_, format_date, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm, read_posted_fields
from attention_point.foundation.web.transactions import read_session
from attention_point.intake import queries
from attention_point.intake.duplicates import joining
from attention_point.intake.form.person_summary import compare_records
from attention_point.people import merging
from attention_point.people import records as people_records
from attention_point.people.duplicates import decisions, pairs, scored_pairs, scoring
from attention_point.people.duplicates.scoring import Likeness

blueprint = Blueprint("duplicates", __name__, url_prefix="/people/compare")
PAGE_SIZE = 50
EARLIER, LATER = "earlier", "later"
PART_LABELS: Mapping[str, str] = {
    "document": N_("document"),
    "given_names": N_("given names"),
    "surnames": N_("surnames"),
    "birth_date": N_("birth date"),
    "phone": N_("telephone"),
    "sex": N_("sex"),
}
LEVEL_LABELS: Mapping[str, str] = {
    scoring.SAME: N_("Agree: %(parts)s"),
    scoring.SIMILAR: N_("Alike: %(parts)s"),
    scoring.POSSIBLE: N_("Agree in part: %(parts)s"),
    scoring.OTHER: N_("Differ: %(parts)s"),
}
"""What compares in one way between two records, in words."""


class ComparisonRow(NamedTuple):
    """A detail of both people: the words of each, and whether they agree (None where one is silent).

    ``alike``: they differ, but may be two ways to write the same.
    """

    label: str
    earlier_words: Sequence[str]
    later_words: Sequence[str]
    agree: bool | None
    alike: bool = False


class FindingForm(BaseForm):
    """The form of the agent's decision about two people."""

    found_out = RadioField(N_("What did you find out?"), validate_choice=False, choices=[])
    kept = RadioField(N_("Which record goes on?"), validate_choice=False, choices=[], default=EARLIER)


class UndoForm(BaseForm):
    """The form that undoes a decision."""

    undo_reason = RadioField(N_("Why is the decision undone?"), validate_choice=False, choices=[])


@blueprint.get("")
@requires("people.compare")
def list_pairs() -> str:
    """Show the pairs that nobody has decided yet, the likeliest first, and below them those that were set aside."""
    session = db_session()
    pairs_aside = pairs.list_pairs_set_aside(session, PAGE_SIZE)
    histories = decisions.list_histories(session, pairs_aside)
    return render_template(
        "desk/duplicates.html",
        pairs=_describe_pairs(scored_pairs.list_scored_pairs(session, PAGE_SIZE)),
        pairs_aside=[
            (*described, history[-1] if history else None, decisions.count_times_aside(history))
            for described, history in zip(
                _describe_pairs(scored_pairs.score_pairs(session, pairs_aside)), histories, strict=True
            )
        ],
        names=find_actor_names(session, {history[-1].decided_by for history in histories if history}),
        very_likely=scoring.VERY_LIKELY_POINTS,
        likely=scoring.LIKELY_POINTS,
        undecided_count=pairs.count_undecided_pairs(session),
        aside=pairs.count_pairs_set_aside(session),
    )


def _describe_pairs(scored: Iterable[scored_pairs.ScoredPair]) -> list[tuple[pairs.PossiblePair, Any, list[str]]]:
    return [(row.pair, row.likeness and row.likeness.points, describe_likeness(row.likeness)) for row in scored]


def describe_likeness(likeness: Likeness | None) -> list[str]:
    """What agrees between two records, what is alike and what differs: a sentence each. None does not open."""
    if likeness is None:
        return [_("One of these records does not open. Tell the administrator.")]
    return [
        _(label, parts=", ".join(parts))
        for level, label in LEVEL_LABELS.items()
        if (parts := [_(PART_LABELS[row.part]) for row in likeness.agreements if row.level == level])
    ]


@blueprint.post("")
@requires("people.compare")
def begin_comparison() -> Response:
    """Lead to two people of a search's results side by side, whom nobody noticed before."""
    chosen = read_posted_fields()
    try:
        person, other = UUID(chosen.get("first", "")), UUID(chosen.get("second", ""))
    except ValueError:
        raise NotFound(_("These two people are not among those to compare.")) from None
    pair = pairs.note_chosen_pair(db_session(), person, other, clock.now())
    if pair is None:
        flash(_("These two records are one person already: there is nothing to compare."), "info")
        return redirect(url_for("desk.show_person", person=person), 303)
    return redirect(url_for(".show_pair", person=pair.person, other=pair.other), 303)


@blueprint.get("/<uuid:person>/<uuid:other>")
@requires("people.compare")
def show_pair(person: UUID, other: UUID) -> str:
    """Show both people side by side. The journal keeps that both records were read."""
    return _render_pair(person, other, _build_finding_form())


@blueprint.post("/<uuid:person>/<uuid:other>")
@requires("people.compare")
def decide_pair(person: UUID, other: UUID) -> Response | tuple[str, int]:
    """Save what the agent found out, and join the two where they are one person."""
    form = _build_finding_form()
    kept = {EARLIER: other, LATER: person}.get(form.kept.data or "")
    judgement = decisions.Judgement(form.found_out.data or "", kept)
    try:
        decision = joining.decide_pair(db_session(), current_actor(), person, other, judgement)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_pair(person, other, form), 422
    except Conflict as error:
        flash(error.message, "warning")
        return redirect(url_for(".list_pairs"), 303)
    if decision == merging.SAME_PERSON:
        flash(_("Saved: the two records are one person now."), "success")
        return redirect(url_for("desk.show_person", person=merging.list_linked(db_session(), person)[0]), 303)
    flash(_("Saved: different people."), "success")
    return redirect(url_for(".list_pairs"), 303)


@blueprint.post("/<uuid:person>/<uuid:other>/undo")
@requires("people.compare")
def undo_decision(person: UUID, other: UUID) -> Response | tuple[str, int]:
    """Undo a decision: two records that were joined are two people again."""
    form = _build_undo_form()
    try:
        joining.undo_decision(db_session(), current_actor(), person, other, form.undo_reason.data or "")
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_pair(person, other, form), 422
    except Conflict as error:
        flash(error.message, "warning")
    else:
        flash(_("The decision is undone. The two records wait to be compared again."), "success")
    return redirect(url_for(".show_pair", person=person, other=other), 303)


@blueprint.post("/<uuid:person>/<uuid:other>/aside")
@requires("people.compare")
def set_aside(person: UUID, other: UUID) -> Response:
    """Take a pair that cannot be decided today from the list until a later day."""
    try:
        day = decisions.set_pair_aside(db_session(), current_actor(), person, other)
    except Conflict as error:
        flash(error.message, "warning")
        return redirect(url_for(".show_pair", person=person, other=other), 303)
    flash(_("Set aside: the pair is shown again on %(day)s.", day=format_date(day)), "success")
    return redirect(url_for(".list_pairs"), 303)


def _build_finding_form() -> FindingForm:
    form = FindingForm()
    form.found_out.choices = [(code, _(label)) for code, (_decision, label) in decisions.FINDINGS.items()]
    form.kept.choices = [(EARLIER, _("The one on file first")), (LATER, _("The one on file later"))]
    return form


def _build_undo_form() -> UndoForm:
    form = UndoForm()
    form.undo_reason.choices = [(code, _(label)) for code, label in decisions.UNDO_REASONS.items()]
    return form


def _render_pair(later_person: UUID, earlier_person: UUID, form: FindingForm | UndoForm) -> str:
    session = read_session()
    pair = pairs.get_pair(session, later_person, earlier_person)
    # The earlier person stands first, as the page's headings say.
    records = [_find_record(person_id) for person_id in (earlier_person, later_person)]
    earlier, later = records
    history = decisions.list_decisions(session, pair)
    if pair.is_decided and not isinstance(form, UndoForm):
        form = _build_undo_form()
    return render_template(
        "desk/duplicate.html",
        pair=pair,
        likeness=describe_likeness(scored_pairs.score_records(earlier, later)) if earlier and later else [],
        history=history,
        history_labels={
            **{code: _(words) for code, (_decision, words) in decisions.FINDINGS.items()},
            **_label_undo(),
            decisions.SET_ASIDE: _("Set aside"),
        },
        may_set_aside=decisions.may_set_aside(current_actor(), history),
        names=find_actor_names(session, {decision.decided_by for decision in history}),
        rows=[*compare_people(earlier or {}, later or {}), *_compare_visits(earlier_person, later_person)],
        damaged=[record is None for record in records],
        form=form,
    )


def _label_undo() -> dict[str, str]:
    return {code: _("Undone: %(reason)s", reason=_(label)) for code, label in decisions.UNDO_REASONS.items()}


def _find_record(person: UUID) -> Mapping[str, Any] | None:
    # None where the record does not open: the page still shows the other one.
    try:
        return people_records.view_person(read_session(), current_actor(), person, "compare").record
    except VaultError as error:
        note_damage(read_session(), error)
        return None


def compare_people(earlier_record: Mapping[str, Any], later_record: Mapping[str, Any]) -> Iterator[ComparisonRow]:
    """The details of both people, by label."""
    levels = dict(scored_pairs.score_records(earlier_record, later_record).agreements)
    parts_by_label = {
        _("Name"): {"given_names", "surnames"},
        _("Birth date"): {"birth_date"},
        _("Document"): {"document"},
    }
    for label, earlier_words, later_words in compare_records(earlier_record, later_record):
        both_known = bool(earlier_words and later_words)
        agree = bool({*earlier_words} & {*later_words}) if both_known else None
        parts = parts_by_label.get(label, set())
        part_levels = [levels[part] for part in parts if part in levels]
        if parts and not part_levels and not agree:
            agree = None  # two papers of two types say nothing of each other
        is_alike = bool(part_levels) and scoring.OTHER not in part_levels
        yield ComparisonRow(label, earlier_words, later_words, agree, is_alike)


def _compare_visits(earlier_person: UUID, later_person: UUID) -> Iterator[ComparisonRow]:
    # Which record is used says which should go on. Only what this reader may list is counted.
    earlier_count, later_count = (
        format_number(len(queries.list_visible_visits(read_session(), current_actor(), visits)))
        for visits in (queries.list_visits_of_person(read_session(), row) for row in (earlier_person, later_person))
    )
    yield ComparisonRow(_("Visits"), [earlier_count], [later_count], None)
