"""The pages of the journal: entries, newest first, a page at a time, filtered by the address."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Invalid
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import record
from attention_point.foundation.journal.naming import RecordNaming
from attention_point.foundation.journal_pages.entry_descriptions import describe_actor, describe_entries
from attention_point.foundation.journal_pages.filters import JournalFilters, build_filter_form, read_filters
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.pagination import PAGE_SIZE, build_page, parse_row_number
from attention_point.foundation.web.transactions import current_actor, db_session

blueprint = Blueprint("journal", __name__, url_prefix="/journal")
ALL_ENTRIES_ENDPOINT, PERSON_ENTRIES_ENDPOINT = "journal.list_entries", "journal.show_person_entries"


def _get_naming() -> RecordNaming:
    naming: RecordNaming = current_app.extensions["naming"]
    return naming


@blueprint.get("")
@requires("journal.view")
def list_entries() -> str | tuple[str, int] | Response:
    """Show entries. ``before`` is the number below which the page begins."""
    # The entries about a person have a page of their own, because reading them is written to the journal.
    person = request.args.get("person", type=UUID)
    if person:
        return redirect(_build_url(PERSON_ENTRIES_ENDPOINT, {**request.args, "person": str(person)}))
    return _render_entries(ALL_ENTRIES_ENDPOINT, dict(request.args))


@blueprint.get("/people/<uuid:person>")
@requires("journal.person")
def show_person_entries(person: UUID) -> str | tuple[str, int]:
    """Show who read or changed the data of one person: entries about the person, their visits and their referrals."""
    # Which entity read what tells where the person was sent, and so what the person needs.
    _get_naming().guard_person(db_session(), current_actor(), person)
    return _render_entries(PERSON_ENTRIES_ENDPOINT, {**request.args, "person": str(person)})


def _render_entries(endpoint: str, parameters: Mapping[str, str]) -> str | tuple[str, int]:
    naming, session = _get_naming(), db_session()
    # The system acts too, though no room has an account for it.
    actors = {**naming.name_actors(session), "system": describe_actor("system", {})}
    known_actions = queries.list_actions(session)
    seq, digest = queries.get_head(session)
    context: dict[str, Any] = {
        "endpoint": endpoint,
        "head_seq": seq,
        "head_hash": digest,
        "may_follow": current_actor().may("journal.person"),
        "field_errors": (),
        "page": None,
        "filter_chips": [],
        "person": None,
    }
    try:
        filters = read_filters(parameters, actors)
    except Invalid as error:
        context["field_errors"] = error.field_errors
        form = build_filter_form(request.args, actors, known_actions, error.field_errors)
        return render_template("journal/listing.html", form=form, **context), error.status
    search = filters.search
    if filters.person:
        # By ids of records: the journal itself knows no person.
        search = replace(search, mentions=naming.list_records_of_person(session, filters.person))
        record(session, current_actor(), "journal.person", "person", filters.person)
    before_seq = request.args.get("before", type=parse_row_number)
    query_parameters = _build_query_parameters(endpoint, filters)
    rows = queries.list_newest_entries(session, before_seq, PAGE_SIZE + 1, search)  # one more tells of a next page
    context["page"] = build_page(
        describe_entries(session, current_actor(), naming, rows),
        PAGE_SIZE,
        lambda entry: _build_url(endpoint, {**query_parameters, "before": str(entry.seq)}),
        _build_url(endpoint, query_parameters) if before_seq else None,
    )
    context["filter_chips"], context["person"] = _build_filter_chips(endpoint, filters), filters.person
    form = build_filter_form(request.args, actors, known_actions)
    return render_template("journal/listing.html", form=form, **context)


def _build_query_parameters(endpoint: str, filters: JournalFilters) -> dict[str, str]:
    person = {"person": str(filters.person)} if endpoint == PERSON_ENTRIES_ENDPOINT else {}
    return {**filters.query_parameters, **person}


def _build_url(endpoint: str, query_parameters: Mapping[str, str]) -> str:
    values: dict[str, Any] = dict(query_parameters)
    return url_for(endpoint, **values)


def _build_filter_chips(endpoint: str, filters: JournalFilters) -> list[tuple[str, str]]:
    """Return the filters that the form does not show, each with its words and the address without it."""
    chips = []
    query_parameters = _build_query_parameters(endpoint, filters)
    if filters.person and current_actor().may("journal.view"):
        remaining_parameters = {name: text for name, text in query_parameters.items() if name != "person"}
        chips.append((_("About one person"), _build_url(ALL_ENTRIES_ENDPOINT, remaining_parameters)))
    if filters.search.subject or filters.search.subject_id:
        remaining_parameters = {name: text for name, text in query_parameters.items() if name not in {"kind", "record"}}
        subjects, kind = get_code_list("journal_subjects"), filters.search.subject or ""
        record_label = subjects.label_for_code(kind, current_language()) if subjects.has_code(kind) else _("A record")
        chips.append((_("Only: %(record)s", record=record_label), _build_url(endpoint, remaining_parameters)))
    return chips
