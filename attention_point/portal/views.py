"""The entity's pages: its inbox, the restricted referrals apart, one referral with its answer, a slip's code."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory
from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import N_, current, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Invalid
from attention_point.foundation.web import actor, db
from attention_point.foundation.web.listing import SIZE, Page
from attention_point.foundation.web.transactions import owe, reader
from attention_point.intake.checking import person_rows
from attention_point.people import services as people
from attention_point.portal import queries
from attention_point.referrals import rules, services, words
from attention_point.referrals.forms import AnswerForm, prepare

blueprint = Blueprint("portal", __name__)

TABS = {
    "waiting": (N_("Waiting for an answer"), rules.WAITING),
    "accepted": (N_("Accepted, in progress"), ("accepted",)),
    "answered": (N_("Answered"), rules.ANSWERED),
}


@blueprint.get("/portal")
@requires("portal.use")
def inbox() -> str:
    """The entity's ordinary referrals, newest first."""
    return _listing(".inbox", "portal/inbox.html", restricted=False)


@blueprint.get("/portal/restricted")
@requires("portal.use")
def restricted() -> str:
    """The restricted referrals, on a page that is opened on purpose; the journal keeps each opening."""
    return _listing(".restricted", "portal/restricted.html", restricted=True)


def _listing(endpoint: str, template: str, *, restricted: bool) -> str:
    tab = request.args.get("show", "")
    tab = tab if tab in TABS else "waiting"
    before = request.args.get("before", type=UUID)
    found = queries.inbox(db(), actor(), TABS[tab][1], before, SIZE, restricted=restricted)
    journal.record(
        db(), actor(), "referral.list", "entity", actor().entity,
        restricted=restricted, found=[str(each.referral.id) for each in found.items],
    )  # fmt: skip
    page = Page(
        found.items,
        url_for(endpoint, show=tab, before=found.before) if found.before else None,
        url_for(endpoint, show=tab) if before else None,
    )
    return render_template(
        template,
        page=page,
        tabs=[(_(label), url_for(endpoint, show=name), name == tab) for name, (label, _states) in TABS.items()],
        services=directory.services_by_code(db()),
        days_waiting=words.days_waiting,
        full_name=people.full_name,
    )


@blueprint.get("/portal/referrals/<uuid:referral>")
@requires("portal.use")
def show(referral: UUID) -> str:
    """One referral; opening it for the first time marks it as seen."""
    return _page(db(), referral, AnswerForm(formdata=None))


@blueprint.post("/portal/referrals/<uuid:referral>/answer")
@requires("portal.use")
def answer(referral: UUID) -> Response | tuple[str, int]:
    """The entity's answer; back to the form, with all that was typed, when something is missing."""
    form = AnswerForm()
    if request.form.get("_resumed"):
        return _page(reader(), referral, form, resumed=True), 200
    try:
        services.answer_for_entity(db(), actor(), referral, form.answer())
    except Invalid as refusal:
        form.show(refusal.fields)
        return _page(reader(), referral, form), 422
    flash(_("Your answer is saved."), "success")
    return redirect(url_for(".show", referral=referral), 303)


def _page(session: Session, referral: UUID, form: AnswerForm, *, resumed: bool = False) -> str:
    case = queries.one(session, actor(), referral)
    found = case.referral
    journal.record(session, actor(), "referral.view", "referral", referral, restricted=found.restricted)
    first = found.state == "created"
    if first:
        who = actor()
        owe(lambda writing: services.mark_seen(writing, who, referral))
    return render_template(
        "portal/show.html",
        found=found,
        reference=case.reference,
        state="seen" if first else found.state,
        rows=rows(case.person),
        incomplete=case.incomplete,
        service=directory.service(session, found.service),
        reason=words.reason(found),
        history=words.history(found),
        form=prepare(form, found, rules.ENTITY),
        resumed=resumed,
    )


@blueprint.get("/portal/slips/<string(length=16):code>")
@requires("slips.open")
def slip(code: str) -> Response | str:
    """Where a slip's code leads: the desk to the attention, an entity to its referral, or to a list of several."""
    if not actor().may("portal.use"):
        return redirect(url_for("desk.done", visit=queries.visit_of_slip(db(), actor(), code.upper())))
    found = queries.of_slip(db(), actor(), code.upper())
    if len(found) == 1:
        return redirect(url_for(".show", referral=found[0].id))
    journal.record(db(), actor(), "referral.list", "visit", found[0].visit_id, found=[str(each.id) for each in found])
    return render_template("portal/slip.html", referrals=found, services=directory.services_by_code(db()))


def rows(person: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The declared fields in words, for a summary list."""
    found = [(_("Name"), people.full_name(person))] if people.full_name(person) else []
    if "age" in person and "birth_date" not in person:
        found.append((_("Age"), _("%(age)s years", age=person["age"])))
    found += person_rows(person)
    household = person.get("household", {})
    for name, label in (("adults", N_("Adults who came along")), ("children", N_("Children who came along"))):
        if name in household:
            found.append((_(label), format_number(household[name])))
    if household.get("accompanied_by"):
        words_for = codelist("accompanied_by").label(household["accompanied_by"], current())
        found.append((_("Who comes with the child"), words_for))
    if person.get("vulnerabilities"):
        situations = [codelist("vulnerabilities").label(each, current()) for each in person["vulnerabilities"]]
        found.append((_("Situations to take into account"), ", ".join(situations)))
    if person.get("notes"):
        found.append((_("Notes"), person["notes"]))
    return found
