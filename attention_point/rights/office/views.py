"""The office's pages: the data sheet with the count of requests, and incidents of data."""

from datetime import datetime
from io import BytesIO
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.accounts.naming import find_actor_names
from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import write_pdf, write_xlsx
from attention_point.foundation.report_pages.page_parts import get_file_format
from attention_point.foundation.report_pages.wording import build_report_wording, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.foundation.worker import run_in_worker
from attention_point.rights.office import data_sheet, incidents
from attention_point.rights.office.forms import IncidentForm, IncidentStepForm

blueprint = Blueprint("rights_office", __name__)
_WRITERS = {"pdf": write_pdf, "xlsx": write_xlsx}
_MIME_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STEP_LABELS = {
    "stopped": N_("It was stopped"),
    "people_told": N_("The people concerned were told"),
    incidents.REPORTED: N_("The authority was told"),
    incidents.NOT_REPORTED: N_("The authority need not be told"),
    incidents.CLOSED: N_("It is closed"),
}


@blueprint.get("/rights/report")
@requires("rights.report")
def show_report() -> str:
    """Show the requests of half a year, and where the data sheet is taken out."""
    today = clock.today()
    half = data_sheet.parse_half(request.args.get("half", ""), today)
    last = data_sheet.find_last_half(today)
    # The half that still runs is offered too: what is late in it can still be mended before it is reported.
    running = data_sheet.Half(today.year, 1 if today.month <= 6 else 2)
    counts = data_sheet.build_count_table(db_session(), half)
    return render_template(
        "rights/report.html",
        heads=[column.label if column.kind == "text" else (column.label, "number") for column in counts.columns],
        half=half,
        halves=[(entry, data_sheet.describe_half(entry)) for entry in dict.fromkeys((running, last, half))],
        counts=counts,
    )


@blueprint.get("/rights/report/data-sheet.<string(maxlength=10):kind>")
@requires("rights.report")
def download_data_sheet(kind: str) -> Response:
    """Send the data sheet as PDF or XLSX."""
    mime_type = get_file_format(_MIME_TYPES, kind)
    half = data_sheet.parse_half(request.args.get("half", ""), clock.today())
    content = run_in_worker(db_session(), current_settings(), draw_data_sheet, half, kind)
    journal.record(db_session(), current_actor(), "rights.report", "data-sheet", half.code, format=kind)
    name = f"ficha-bases-de-datos-{half.code}.{kind}"
    return send_file(BytesIO(content), mime_type, as_attachment=True, download_name=name)


def draw_data_sheet(session: Session, settings: Settings, half: data_sheet.Half, kind: str) -> bytes:
    """Draw the data sheet, for the worker."""
    report = data_sheet.build_data_sheet(session, half, contact=settings.contact, watermark=get_watermark(settings))
    return _WRITERS[kind](report, build_report_wording())


@blueprint.get("/incidents")
@requires("incidents.manage")
def list_incidents() -> str:
    """List the incidents of data, the newest first."""
    return render_template(
        "rights/incidents.html", incidents=incidents.list_incidents(db_session()), today=clock.today()
    )


@blueprint.get("/incidents/new")
@requires("incidents.manage")
def show_new_incident() -> str:
    """Show the form of a new incident."""
    form = IncidentForm(formdata=None)
    form.noticed_on.process_data(clock.today())
    return _render_new_incident(form)


@blueprint.post("/incidents/new")
@requires("incidents.manage")
def register_incident() -> Response | tuple[str, int]:
    """Note an incident."""
    form = IncidentForm()
    try:
        incident_id = incidents.register_incident(db_session(), current_actor(), form.read_incident())
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_new_incident(form), 422
    flash(_("The incident is noted. Its clock runs."), "success")
    return redirect(url_for(".show_incident", incident_id=incident_id), 303)


def _render_new_incident(form: IncidentForm) -> str:
    form.kind.choices = get_code_list("incident_kinds").form_choices(current_language())
    return render_template("rights/incident_new.html", form=form)


@blueprint.get("/incidents/<uuid:incident_id>")
@requires("incidents.manage")
def show_incident(incident_id: UUID) -> str:
    """Show one incident, its clock and what was done."""
    return _render_incident(db_session(), incident_id, IncidentStepForm(formdata=None))


@blueprint.post("/incidents/<uuid:incident_id>")
@requires("incidents.manage")
def take_incident_step(incident_id: UUID) -> Response | tuple[str, int]:
    """Note what was done about an incident."""
    form = IncidentStepForm()
    step, text = form.step.data or "", form.text.data or ""
    try:
        incidents.take_incident_step(db_session(), current_actor(), incident_id, form.read_version(), step, text)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_incident(read_session(), incident_id, form), 422
    flash(_("It is noted."), "success")
    return redirect(url_for(".show_incident", incident_id=incident_id), 303)


def _render_incident(session: Session, incident_id: UUID, form: IncidentStepForm) -> str:
    incident = incidents.get_incident(session, incident_id)
    journal.record(session, current_actor(), "incident.view", "data-incident", incident_id)
    form.version.data = form.version.data or str(incident.version)
    names = find_actor_names(session, [step["by"] for step in incident.content["steps"]])
    form.step.choices = [(step, _(STEP_LABELS[step])) for step in incidents.STEPS]
    return render_template(
        "rights/incident.html",
        incident=incident,
        form=form,
        today=clock.today(),
        steps=[
            (datetime.fromisoformat(step["at"]), _(STEP_LABELS[step["step"]]), names[step["by"]], step["text"])
            for step in incident.content["steps"]
        ],
    )
