"""The pages of a map of services: it is uploaded, shown as what it would change, and loaded or left."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField

from attention_point.directory import labels, queries
from attention_point.directory.service_map import planning, services
from attention_point.directory.service_map.planning import PlannedPoint
from attention_point.directory.service_map.reading import read_service_map
from attention_point.directory.validation.differences import format_field
from attention_point.foundation.access import requires
from attention_point.foundation.errors import AppError, Conflict, FieldError, Invalid
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm, Required, read_posted_fields
from attention_point.foundation.web.transactions import read_session

blueprint = Blueprint("service_maps", __name__, url_prefix="/directory/service-map")

# The partners of the GIFMM are those of whom such a map speaks.
_USUAL_ENTITY = "gifmm"
REASONS = {
    "twice": N_("The map has it twice"),
    "near": N_("Name and address are nearly those of a place on file"),
    "confirmed": N_("The entity confirmed something else"),
    "closed": N_("Closed, and not on file"),
    "elsewhere": N_("In another department"),
}


class UploadForm(BaseForm):
    """A file, and the entity to which its places belong."""

    file = FileField(N_("File with the map, JSON or CSV"), [Required()])
    entity = SelectField(N_("The places are of"), [Required()], validate_choice=False)


class LoadForm(BaseForm):
    """``digest`` is that of the plan shown; the decisions on doubtful points are read by their rows."""

    digest = HiddenField()


@blueprint.route("", methods=["GET", "POST"])
@requires("directory.edit")
def upload_map() -> str | Response | tuple[str, int]:
    """Upload a map; nothing changes yet."""
    form = _build_upload_form()
    status, wrong_rows = 200, []
    if request.method == "POST":
        content = form.file.data.read() if form.file.data else b""
        try:
            if not content:
                raise Invalid("", (FieldError("file", _("Choose a file.")),))
            points = read_service_map(content)  # before a session that writes: a large file takes a while
            map_id = services.upload_service_map(db_session(), current_actor(), form.entity.data or "", points)
            return redirect(url_for("service_maps.decide_on_map", map_id=map_id), 303)
        except Invalid as error:
            form.show_field_errors(field for field in error.field_errors if not field.field.startswith("rows."))
            wrong_rows = _list_wrong_rows(error)
            status = error.status
        except AppError as error:
            form.show_field_errors([FieldError("file", error.message)])
            status = 422
    return render_template("directory/map_upload.html", form=form, wrong_rows=wrong_rows), status


@blueprint.route("/<uuid:map_id>", methods=["GET", "POST"])
@requires("directory.edit")
def decide_on_map(map_id: UUID) -> str | Response | tuple[str, int]:
    """Show what a map would add and change, and what is doubtful; load it as a whole."""
    # Read before a session that writes: a large map takes half a second to plan.
    session = read_session()
    row = services.get_service_map(session, map_id)
    prepared, entity = services.prepare_plan(session, row), row.entity
    plans = prepared.points
    form = LoadForm(data={"digest": planning.compute_plan_digest(plans)})
    status, conflict, wrong_rows = 200, None, []
    if request.method == "POST":
        try:
            counts = services.load_service_map(
                db_session(), current_actor(), map_id, form.digest.data or "", _read_decisions(plans), prepared
            )
        except Conflict as error:
            plans, conflict, status = services.plan_service_map(db_session(), row), error, error.status
            form.digest.data = planning.compute_plan_digest(plans)
        except Invalid as error:
            wrong_rows, status = _list_wrong_rows(error), error.status
        else:
            flash(
                _("%(added)s places added, %(changed)s changed.", added=counts["add"], changed=counts["change"]),
                "success",
            )
            return redirect(url_for("directory.show_entity", code=entity), 303)
    return (
        render_template(
            "directory/map_plan.html",
            form=form,
            plans={
                kind: [plan for plan in plans if plan.kind == kind]
                for kind in ("add", "change", "doubtful", "same", "left")
            },
            entity=queries.get_entities_by_code(read_session())[entity],
            describe_values=_describe_values,
            describe_changes=_describe_changes,
            reasons=REASONS,
            conflict=conflict,
            wrong_rows=wrong_rows,
        ),
        status,
    )


def _build_upload_form() -> UploadForm:
    form = UploadForm(entity=_USUAL_ENTITY)
    names = queries.list_entity_names(read_session())
    form.entity.choices = list(names.items())
    return form


def _read_decisions(plans: list[PlannedPoint]) -> dict[int, str]:
    posted = read_posted_fields()
    return {plan.row: posted.get(f"row-{plan.row}", services.LEAVE) for plan in plans if plan.kind == "doubtful"}


def _list_wrong_rows(error: Invalid) -> list[str]:
    return [
        _("Row %(number)s: %(sentence)s", number=field.field.partition(".")[2], sentence=field.message)
        for field in error.field_errors
        if field.field.startswith("rows.")
    ]


def _describe_values(plan: PlannedPoint) -> str:
    """What the map says of a point, in a line."""
    names = queries.get_services_by_code(db_session())
    parts = [
        format_field(name, plan.values[name]) for name in ("address", "municipality", "phone") if plan.values.get(name)
    ]
    parts += (names[code].name[current_language()] for code in plan.values.get("services", ()) if code in names)
    if plan.unknown_services:
        words = ", ".join(plan.unknown_services)
        parts.append(_("not in the directory: %(words)s", words=words))
    return " · ".join(parts)


def _describe_changes(plan: PlannedPoint) -> list[tuple[str, str, str]]:
    """Label, value on file and value of the map of each field that differs."""
    if plan.place is None:
        return []
    pairs = [(name, planning.read_place_value(plan.place, name), value) for name, value in plan.values.items()]
    return [
        (_(labels.FIELD_LABELS[name]), format_field(name, stored), format_field(name, value))
        for name, stored, value in pairs
        if stored != value
    ]
