"""The journal for who may read it: newest first, a page at a time, narrowed by what stands in the address."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires
from attention_point.foundation.codelists import codelist
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import record
from attention_point.foundation.journal.filters import Filters, filter_form, filters_of
from attention_point.foundation.journal.naming import Naming
from attention_point.foundation.journal.words import actor_words, entries_in_words
from attention_point.foundation.language import current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Invalid
from attention_point.foundation.web.listing import SIZE, number_of, page_of
from attention_point.foundation.web.transactions import actor, db

blueprint = Blueprint("journal", __name__, url_prefix="/journal")
ALL, PERSON = "journal.listing", "journal.of_person"


def _naming() -> Naming:
    naming: Naming = current_app.extensions["naming"]
    return naming


@blueprint.get("")
@requires("journal.view")
def listing() -> str | tuple[str, int] | Response:
    """Entries, newest first; ``before`` is the number below which the page begins.

    Those of a person have a page of their own.
    """
    person = request.args.get("person", type=UUID)
    if person:
        return redirect(_url(PERSON, {**request.args, "person": str(person)}))
    return _page(ALL, dict(request.args))


@blueprint.get("/people/<uuid:person>")
@requires("journal.person")
def of_person(person: UUID) -> str | tuple[str, int]:
    """Who saw one person and wrote about them: entries about the person, their visits and their referrals."""
    return _page(PERSON, {**request.args, "person": str(person)})


def _page(endpoint: str, asked: Mapping[str, str]) -> str | tuple[str, int]:
    naming, session = _naming(), db()
    actors = {**naming.name_actors(session), "system": actor_words("system", {})}
    done = queries.actions(session)
    seq, digest = queries.head(session)
    shown = {"endpoint": endpoint, "head_seq": seq, "head_hash": digest, "may_follow": actor().may("journal.person")}
    try:
        filters = filters_of(asked, actors)
    except Invalid as refused:
        form = filter_form(request.args, actors, done, refused.fields)
        return render_template(
            "journal/listing.html", form=form, wrong=refused.fields, page=None, chips=[], person=None, **shown
        ), refused.status
    search = filters.search
    if filters.person:
        search = replace(search, mentions=naming.records_of(session, filters.person))
        record(session, actor(), "journal.person", "person", filters.person)
    before = request.args.get("before", type=number_of)
    address = _address(endpoint, filters)
    rows = queries.page(session, before, SIZE + 1, search)
    page = page_of(
        entries_in_words(session, actor(), naming, rows),
        SIZE,
        lambda entry: _url(endpoint, {**address, "before": str(entry.seq)}),
        _url(endpoint, address) if before else None,
    )
    return render_template(
        "journal/listing.html",
        form=filter_form(request.args, actors, done),
        wrong=(),
        page=page,
        chips=_chips(endpoint, filters),
        person=filters.person,
        **shown,
    )


def _address(endpoint: str, filters: Filters) -> dict[str, str]:
    return {**filters.address, **({"person": str(filters.person)} if endpoint == PERSON else {})}


def _url(endpoint: str, address: Mapping[str, str]) -> str:
    values: dict[str, Any] = dict(address)
    return url_for(endpoint, **values)


def _chips(endpoint: str, filters: Filters) -> list[tuple[str, str]]:
    """What narrows the list besides the form's own fields: its words, and the address without it."""
    chips = []
    address = _address(endpoint, filters)
    if filters.person and actor().may("journal.view"):
        rest = {name: text for name, text in address.items() if name != "person"}
        chips.append((_("About one person"), _url(ALL, rest)))
    if filters.search.subject or filters.search.subject_id:
        rest = {name: text for name, text in address.items() if name not in {"kind", "record"}}
        subjects, kind = codelist("journal_subjects"), filters.search.subject or ""
        words = subjects.label(kind, current()) if subjects.has(kind) else _("A record")
        chips.append((_("Only: %(record)s", record=words), _url(endpoint, rest)))
    return chips
