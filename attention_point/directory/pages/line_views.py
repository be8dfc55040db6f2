"""The pages of the emergency lines that slips print."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, FormField, HiddenField, SelectMultipleField, StringField

from attention_point.directory import labels, queries, services
from attention_point.directory.forms import DayField, ShortTextForm, read_form_values
from attention_point.directory.freshness import find_freshness
from attention_point.directory.snapshot import EmergencyLineRow
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm, Required

blueprint = Blueprint("lines", __name__, url_prefix="/directory/lines")


class LineForm(BaseForm):
    """An emergency line. ``version`` is that of the row shown."""

    version = HiddenField()
    number = StringField(N_("Number"), [Required()])
    name = FormField(ShortTextForm, N_("Full name"))
    services = SelectMultipleField(N_("Printed on the slips of"), validate_choice=False)
    source = StringField(N_("Source of the data"))
    review_on = DayField(N_("Next review"))
    verified = BooleanField(N_("Checked against its source"))
    valid_from = DayField(N_("First day"), [Required()])
    valid_to = DayField(N_("Last day"))
    confirmed_today = BooleanField(N_("I called it today: it answers"))


@blueprint.get("")
@requires("directory.view")
def list_lines() -> str:
    """List the emergency lines. They are a few, so one page holds them."""
    session, today = db_session(), clock.today()
    lines = queries.get_directory(session).emergency_lines
    return render_template(
        "directory/lines.html",
        lines=[(line, find_freshness(line, today)) for line in lines],
        service_names={line.code: _name_services(line) for line in lines},
        labels=labels,
    )


@blueprint.route("/<string(maxlength=40):code>/edit", methods=["GET", "POST"])
@requires("directory.edit")
def edit_line(code: str) -> str | Response | tuple[str, int]:
    """Edit an emergency line."""
    row = _require_line(code)
    form = _build_line_form(row)
    status, conflict = 200, None
    if request.method == "POST":
        try:
            services.save_line(db_session(), current_actor(), code, form.read_version(), read_form_values(form))
        except Invalid as error:
            form.show_field_errors(error.field_errors)
            status = error.status
        except Conflict as error:
            conflict, status = error, error.status
            form.version.data = str(row.version)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("lines.list_lines"), 303)
    return render_template("directory/line_form.html", form=form, conflict=conflict, line=row), status


def _build_line_form(row: EmergencyLineRow) -> LineForm:
    data: dict[str, Any] = asdict(row)
    form = LineForm(data=data)
    form.services.choices = [
        (service.code, service.name[current_language()])
        for service in queries.get_services_by_code(db_session()).values()
    ]
    return form


def _name_services(line: EmergencyLineRow) -> str:
    rows = queries.get_services_by_code(db_session())
    return ", ".join(rows[code].name[current_language()] for code in line.services if code in rows)


def _require_line(code: str) -> EmergencyLineRow:
    for line in queries.get_directory(db_session()).emergency_lines:
        if line.code == code:
            return line
    raise NotFound(_("The directory has nothing with this code."))
