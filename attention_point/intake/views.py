"""The desk: search first, one form, check, done."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory
from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.database import new_id
from attention_point.foundation.language import current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.foundation.web import actor, db
from attention_point.foundation.web.forms import posted
from attention_point.foundation.web.listing import SIZE, page_of
from attention_point.foundation.web.transactions import reader
from attention_point.intake import checking, documents, forms, likely_people, queries, words
from attention_point.intake.reading import read_draft
from attention_point.intake.search import SearchForm, prepare_search, search
from attention_point.intake.services import record_visit
from attention_point.people import search as people_search
from attention_point.people import services as people
from attention_point.referrals import queries as referrals

blueprint = Blueprint("desk", __name__)


@blueprint.get("/desk")
@requires("desk.use")
def home() -> str:
    """Where a shift begins: search, and the latest attentions."""
    return _search_page(prepare_search(SearchForm()), None)


@blueprint.post("/desk/search")
@requires("people.search")
def search_people() -> tuple[str, int]:
    """Who is on file. By POST: what is looked for is personal and stays out of the address."""
    form = prepare_search(SearchForm())
    try:
        found = search(db(), actor(), form)
    except Invalid as refusal:
        form.show(refusal.fields)
        return _search_page(form, None), 422
    return _search_page(form, found), 200


def _search_page(form: SearchForm, found: list[people_search.Candidate] | None) -> str:
    points = directory.points(reader())
    latest = queries.latest(reader(), points[0].code, None, 10) if points else []
    return render_template(
        "desk/search.html", form=form, found=found, latest=[each for each in latest if _in_lists(each)]
    )


def _in_lists(visit: queries.ListedVisit) -> bool:
    """Whether ordinary lists show it; a damaged one is shown as such."""
    return isinstance(visit, queries.DamagedVisit) or not visit.restricted


@blueprint.get("/visits/new")
@requires("visits.record")
def new() -> str:
    """An empty form."""
    return _form_page(_prepared(forms.DeskForm(MultiDict(_today()))), None)


@blueprint.get("/people/<uuid:person>/visits/new")
@requires("visits.record")
def new_for(person: UUID) -> str:
    """The form of somebody already known, filled in; kept in the journal as a reading."""
    record = people.view(db(), actor(), person, "visit").record
    form = forms.DeskForm(formdata=None, data={**_today(), **forms.known_values(record), "person_id": str(person)})
    return _form_page(_prepared(form), None)


def _today() -> dict[str, str]:
    now = clock.local(clock.now())
    text = directory.consent_text(reader(), now.date())
    return {
        "id": str(new_id()),
        "attended_on": f"{now:%d/%m/%Y}",
        "attended_time": f"{now:%H:%M}",
        "text_version": text.version if text else "",
    }


def _prepared(form: forms.DeskForm) -> forms.DeskForm:
    session, language, day = reader(), current(), clock.today()
    return forms.prepare(
        form,
        {
            "needs": {each.code: each.name[language] for each in directory.services(session, day)},
            "points": {each.code: each.name[language] for each in directory.points(session)},
            "entities": {each.code: each.name[language] for each in directory.entities(session, day)},
        },
        day,
    )


def _form_page(form: forms.DeskForm, notice: str | None, kind: str = "success") -> str:
    text = directory.consent_text_version(reader(), form.text_version.data or "")
    return render_template(
        "desk/form.html", form=form, consent=text, notice=notice, notice_kind=kind, language_of=current()
    )


@blueprint.post("/visits/check")
@requires("visits.record")
def check() -> Response | tuple[str, int] | str:
    """What was typed, in words, with the suggestions; nothing is stored yet."""
    form = _prepared(forms.DeskForm())
    if request.form.get("_resumed"):
        return _form_page(form, _("You are signed in again. Nothing of what you typed is lost: check it and go on."))
    if request.form.get("action") == "edit":
        return _form_page(form, None)
    likely_people.take_answer(form, posted())
    try:
        draft = read_draft(forms.payload(form))
        page = checking.check_page(reader(), draft, form)
    except Invalid as refusal:
        return _refused(form, refusal.fields)
    except people.DamagedPerson as refusal:
        return _as_new_person(form, refusal)
    return page


@blueprint.post("/visits")
@requires("visits.record")
def record() -> Response | tuple[str, int] | str:
    """Record what was checked; back to the form when something is wrong, with all that was typed."""
    form = _prepared(forms.DeskForm())
    if request.form.get("_resumed"):
        return _form_page(form, _("You are signed in again. Nothing of what you typed is lost: check it and go on."))
    try:
        decided = read_draft(checking.with_decisions(forms.payload(form), posted()))
        likely_people.require_answer(reader(), actor(), decided, form)
        record_visit(db(), actor(), decided, channel="desk")
    except Invalid as refusal:
        beside = ("declined.", checking.DECISION, likely_people.SAME)
        if any(complaint.field.startswith(beside) for complaint in refusal.fields):
            return checking.check_page(reader(), read_draft(forms.payload(form)), form, refusal), 422
        return _refused(form, refusal.fields)
    except people.DamagedPerson as refusal:
        return _as_new_person(form, refusal)
    return redirect(url_for("desk.done", visit=decided.id), 303)


def _as_new_person(form: forms.DeskForm, refusal: people.DamagedPerson) -> tuple[str, int]:
    """The form with all that was typed, no longer for the person whose record does not open."""
    form.person_id.data = ""
    notice = _("What you typed is still here. Check it and save it: it will be recorded for a new person.")
    return _form_page(form, f"{refusal.message} {notice}", "warning"), refusal.status


def _refused(form: forms.DeskForm, fields: tuple[FieldError, ...]) -> tuple[str, int]:
    forms.show(form, fields)
    return _form_page(form, None), 422


@blueprint.get("/visits/<uuid:visit>")
@requires("visits.view")
def done(visit: UUID) -> str:
    """A visit's receipt: reference, referrals, warnings, the slip."""
    found = queries.visible(db(), actor(), visit)
    journal.record(db(), actor(), "visit.view", "visit", visit)
    fresh = clock.now() - found.received_at < timedelta(minutes=5)
    return render_template(
        "desk/done.html",
        visit=found,
        fresh=fresh,
        receipt=queries.stored_answer(db(), visit),
        referrals=referrals.of_visit(db(), visit),
        services=directory.services_by_code(db()),
        entities=directory.entities_by_code(db()),
    )


@blueprint.get("/visits/<uuid:visit>/slip.pdf")
@requires("visits.view")
def slip(visit: UUID) -> Response:
    """The slip to hand over."""
    found = queries.visible(db(), actor(), visit)
    journal.record(db(), actor(), "visit.slip", "visit", visit)
    return send_file(documents.slip_of(db(), found), mimetype="application/pdf", download_name=f"{found.reference}.pdf")


@blueprint.get("/visits")
@requires("visits.view")
def listing() -> str:
    """The point's visits, newest first."""
    before = request.args.get("before", type=_uuid)
    points = directory.points(db())
    found = queries.latest(db(), points[0].code, before, SIZE + 1) if points else []
    page = page_of(
        found,
        SIZE,
        lambda each: url_for("desk.listing", before=each.id),
        url_for("desk.listing") if before else None,
    )
    return render_template("desk/listing.html", page=page, shown=[each for each in page.items if _in_lists(each)])


def _uuid(text: str) -> UUID:
    return UUID(text)


@blueprint.get("/people/<uuid:person>")
@requires("people.view")
def person(person: UUID) -> str:
    """One person and their attentions; kept in the journal as a reading."""
    opened = people.view(db(), actor(), person, "page")
    visits = [each for each in queries.of_person(db(), person) if queries.may_list(actor(), each)]
    return render_template(
        "desk/person.html",
        person=opened,
        name=people.full_name(opened.record) or _("Without a name on file"),
        rows=words.person_rows(opened.record),
        earlier=words.earlier_rows(opened.history),
        visits=visits,
        services=directory.services_by_code(db()),
    )
