"""The office's pages of extracts for research: the log, the form that makes one, the file, once."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.language import format_month
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid, Refusal
from attention_point.foundation.web import actor, db, settings
from attention_point.foundation.web.listing import page_of
from attention_point.foundation.web.transactions import reader
from attention_point.statistics import extracts
from attention_point.statistics import extracts_queries as queries
from attention_point.statistics.extracts_documents import files_of, name_of, zipped
from attention_point.statistics.extracts_forms import ExtractForm
from attention_point.statistics.extracts_rules import Period, ended

blueprint = Blueprint("extracts", __name__, url_prefix="/statistics/extracts")
SIZE = 50


@blueprint.get("")
@requires("statistics.extract")
def listing() -> str:
    """Who got which rows, newest first; ``before`` is the last line of the page before."""
    before = request.args.get("before", type=UUID)
    page = page_of(
        queries.log(db(), before, SIZE + 1),
        SIZE,
        lambda last: url_for(".listing", before=last.id),
        url_for(".listing") if before else None,
    )
    return render_template("statistics/extracts.html", page=page, period=_words)


@blueprint.get("/new")
@requires("statistics.extract")
def new() -> str:
    """The form."""
    return _form_page(ExtractForm(formdata=None))


@blueprint.post("/new")
@requires("statistics.extract")
def make() -> Redirect | tuple[str, int]:
    """Make it, or give the form back as it was typed. What takes long is only read, so that the desk goes on."""
    form = ExtractForm()
    try:
        asked = _asked(form)
        prepared = extracts.prepare(reader(), asked)
        extracts.keep(db(), actor(), prepared)
    except Invalid as refusal:
        form.show(refusal.fields)
        return _form_page(form), 422
    except Refusal as refusal:
        form.show([FieldError("period", refusal.message)])
        return _form_page(form), 422
    flash(_("The extract is noted. Take the file from the list: it can be taken once."), "success")
    return redirect(url_for(".listing"), 303)


@blueprint.post("/<uuid:extract>/take")
@requires("statistics.extract")
def take(extract: UUID) -> Response:
    """The rows, the codebook and the method note as a ZIP, once."""
    extracts.check(reader(), extract)
    line, rows = extracts.hand_over(db(), actor(), extract)
    content = zipped(files_of(line, rows, invented=settings().demo), line.made_at)
    disposition = f'attachment; filename="{name_of(line)}.zip"'
    return Response(content, mimetype="application/zip", headers={"Content-Disposition": disposition})


def _asked(form: ExtractForm) -> extracts.Wanted:
    """What the form asks for; raises Invalid with every complaint, the missing confirmation among them."""
    complaints = (
        ()
        if form.confirmed.data
        else (FieldError("confirmed", _("Confirm it: without an agreement nothing is handed over.")),)
    )
    try:
        asked = extracts.wanted(*form.months, form.recipient.data, form.agreement.data)
    except Invalid as refusal:
        raise Invalid(refusal.message, (*refusal.fields, *complaints)) from None
    if complaints:
        raise Invalid(_("Some fields need attention."), complaints)
    return asked


def _form_page(form: ExtractForm) -> str:
    periods = _periods()
    form.period.choices = [(one.name, _words(one.first, one.last)) for one in periods]
    return render_template("statistics/extract_form.html", form=form, periods=periods)


def _periods() -> list[Period]:
    """The periods that are over, from the first year with figures on."""
    first = queries.beginning(reader())
    return list(ended(first.year, clock.today())) if first else []


def _words(first: date, last: date) -> str:
    return _("%(first)s to %(last)s", first=format_month(first), last=format_month(last))
