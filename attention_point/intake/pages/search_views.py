"""The search with which each visit begins: one box for everything, and who was found."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import StringField

from attention_point.directory import queries as directory_queries
from attention_point.foundation.access import requires
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm, clean_text
from attention_point.foundation.web.transactions import read_session
from attention_point.intake import form_drafts
from attention_point.intake.follow_up import answer_news
from attention_point.intake.pages.desk_blueprint import blueprint
from attention_point.intake.pages.new_person_fields import build_new_person_fields
from attention_point.intake.pages.unsaved_visits.kept_fields import find_fields, save_fields
from attention_point.intake.records import visit_search
from attention_point.intake.records.visit_lists import NO_VISITS, list_latest_visits
from attention_point.intake.records.visit_rows import build_visit_rows
from attention_point.people import records as people_records
from attention_point.people.search import people_search
from attention_point.people.search.people_search import SHOWN_PEOPLE, SearchResult

LATEST_VISITS = 10
UNASKED_MESSAGES: Mapping[str, str] = {
    people_search.NAME_ALONE: N_("Add a given name, another surname or the year of birth."),
    people_search.EXACT_NAMES_ONLY: N_(
        "Only whole names could be looked for: there are too many people on file. Check each word, or search by "
        "document or telephone."
    ),
    people_search.NAMES_LOADING: N_(
        "The names are being read since the server was started: parts of names are found in a moment. Search again."
    ),
    people_search.TAGS_INCOMPLETE: N_(
        "People of earlier years cannot be found this way yet. Search by their document, or by their first given name "
        "and their first surname."
    ),
    people_search.SHORT_NUMBER: N_("Write more digits of the number."),
    people_search.WHOLE_NUMBERS_ONLY: N_(
        "No document, telephone or visit has exactly this number. Check its digits, or search by name."
    ),
    people_search.DAMAGED_RECORDS: N_("Some records do not open and could not be searched. Tell the administrator."),
}
MATCH_LABELS: Mapping[str, str] = {
    "document": N_("by document"),
    "name": N_("by name"),
    "phone": N_("by telephone"),
    "reference": N_("by the reference of a visit"),
    "code": N_("by the code of the slip"),
}


class SearchForm(BaseForm):
    """One box for everything. ``at_once`` is filled by the script, which shows the results in its own page.

    ``shown`` is how many people are shown at most, where somebody asked for more.
    """

    # What the script and the button for more people send: as hidden fields they would be a part of every page.
    at_once = StringField()
    shown = StringField()
    q = StringField(N_("Document, name, telephone, reference or code of the slip"), filters=[clean_text])


@blueprint.app_context_processor
def build_header_values() -> dict[str, object]:
    """The addresses of the search in the header of every page, for those who may search.

    ``find_visit_references`` is for pages of rooms below this one, such as the list of late referrals.
    """
    actor = g.get("actor")
    values: dict[str, object] = {"search_url": None, "find_visit_references": _find_visit_references}
    if actor and actor.may("people.search"):
        values |= {"search_url": url_for("desk.search_people"), "search_page_url": url_for("desk.show_search")}
    return values


def _find_visit_references(visit_ids: Iterable[UUID]) -> dict[UUID, str]:
    return visit_search.find_references(read_session(), visit_ids)


@blueprint.get("/desk")
@requires("desk.use")
def show_search() -> str:
    """Show where a shift begins: the search, and the latest attentions."""
    return _render_search_page(read_session(), SearchForm())


@blueprint.post("/desk/answers/opened")
@requires("desk.use")
def mark_answers_opened() -> Response:
    """Note that the agent has read all the answers on her home."""
    answer_news.mark_all_opened(db_session(), current_actor())
    return redirect(url_for(".show_search"), 303)


@blueprint.post("/desk/search")
@requires("people.search")
def search_people() -> Response | tuple[str, int]:
    """Keep what was typed, and lead to the page that shows who was found. A script is answered at once."""
    # By POST: what is searched for is personal, and must not stand in an address, a history or a log. It is kept
    # sealed, for this agent alone, so that going back and reloading find the page again.
    form = SearchForm()
    if form.at_once.data:
        return _answer_search(form)
    search_id = new_id()
    fields = MultiDict([("q", form.q.data or ""), ("shown", form.shown.data or "")])
    save_fields(search_id, fields, form_drafts.SEARCH)
    return redirect(url_for(".show_found_people", search=search_id), 303)


@blueprint.post("/desk/search/<uuid:search>")
@requires("people.search")
def keep_search(search: UUID) -> tuple[str, int]:
    """Keep what was typed, for a page whose script shows the results and is about to be left."""
    save_fields(search, MultiDict([("q", SearchForm().q.data or "")]), form_drafts.SEARCH)
    return "", 204


@blueprint.get("/desk/search/<uuid:search>")
@requires("people.search")
def show_found_people(search: UUID) -> Response | str:
    """Show who on file may be meant by one of the agent's searches, or what is wrong with it."""
    fields = find_fields(read_session(), search, form_drafts.SEARCH)
    if fields is None:
        return redirect(url_for(".show_search"), 303)
    return _answer_search(SearchForm(fields))[0]


def _answer_search(form: SearchForm) -> tuple[str, int]:
    shown_people = next((count for count in people_search.MORE_PEOPLE if str(count) == form.shown.data), SHOWN_PEOPLE)
    form.shown.data = ""  # another text begins with the first people again
    # The reading session: a search must not keep others from recording. Its journal entry is written before the reply.
    try:
        result = visit_search.search_people(read_session(), current_actor(), form.q.data or "", shown_people)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_search_page(read_session(), form), 422
    return _render_search_page(read_session(), form, result, shown_people), 200


def _render_search_page(
    session: Session, form: SearchForm, result: SearchResult | None = None, shown_people: int = SHOWN_PEOPLE
) -> str:
    """The page with which a shift begins; ``result`` is None before the first search."""
    found_values = {
        "form": form,
        "next_shown": next((count for count in people_search.MORE_PEOPLE if count > shown_people), None),
        **_build_result_values(result),
    }
    if form.at_once.data and result:  # the script, which asks while one types, takes the results alone
        return render_template("desk/search_answer.html", **found_values)
    points = directory_queries.list_points(session)
    latest_visits, hidden_people = (
        list_latest_visits(session, current_actor(), points[0].code, None, LATEST_VISITS)
        if points and result is None
        else NO_VISITS
    )
    return render_template(
        "desk/search.html",
        is_answer=request.endpoint == "desk.show_found_people",
        search_id=(request.view_args or {}).get("search") or new_id(),
        visit_rows=build_visit_rows(session, current_actor(), latest_visits, hidden_people),
        services=directory_queries.get_services_by_code(session),
        **found_values,
    )


def _build_result_values(result: SearchResult | None) -> dict[str, Any]:
    return {
        "result": result,
        "full_name": people_records.format_full_name,
        "match_labels": {code: _(label) for code, label in MATCH_LABELS.items()},
        "unasked_messages": [_(UNASKED_MESSAGES[code]) for code in result.unasked] if result else [],
        "new_person_fields": build_new_person_fields(result.typed) if result else {},
    }
