"""The page on which the office moves the days of one window: a permit is prolonged more often than its rules change.

It writes the file of the service with the other days and shows it as ``compare_file`` shows an uploaded one.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, render_template

from attention_point.directory.models import EDITED
from attention_point.directory.queries import get_directory
from attention_point.directory.revision import preview_directory
from attention_point.directory.seed.loading import load_directory, read_yaml_file
from attention_point.directory.seed.writing import write_file, write_services_file
from attention_point.directory.service_rows import InstrumentRow
from attention_point.directory.snapshot import Directory
from attention_point.directory.upkeep.dead_ends import list_dead_ends
from attention_point.foundation.access import requires
from attention_point.foundation.errors import AppError, FieldError, Invalid, NotFound
from attention_point.foundation.language import LANGUAGES
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.routing.bench.forms import WindowForm
from attention_point.routing.bench.views import compare_with_rules_in_force, describe_shown

blueprint = Blueprint("windows", __name__, url_prefix="/routing/windows")


@blueprint.route("/<string(maxlength=40):service>/<string(maxlength=40):window>", methods=["GET", "POST"])
@requires("routing.edit")
def move_window(service: str, window: str) -> str | tuple[str, int]:
    """Ask for other days of a window; then show whose answer they change, and what is told. Nothing is saved yet."""
    session, actor = db_session(), current_actor()
    directory = get_directory(session)
    row = _find_window(directory, service, window)
    form, error, status = WindowForm(obj=row), "", 200
    if form.validate_on_submit():
        document = _build_document(directory, service, row, form)
        try:
            # The end of another window's entity is said, and keeps nobody from moving this one.
            changed = preview_directory(
                session, lambda: load_directory(session, actor, document, origin=EDITED, may_lead_nowhere=True)
            )
        except AppError as refusal:
            form.show_field_errors(_name_fields(refusal))
            error, status = "" if form.errors else refusal.message, 422
        else:
            return render_template(
                "routing/compare.html",
                error="",
                content=write_file(document),
                comparison=compare_with_rules_in_force(changed),
                window=_find_window(changed, service, window),
                shown=describe_shown(directory, service),
                dead_ends=list_dead_ends(session, changed, service),
            )
    values = {"form": form, "service": directory.services[service], "window": row, "error": error}
    return render_template("routing/window.html", **values), status


def _name_fields(refusal: AppError) -> Iterator[FieldError]:
    """The errors of the file in the fields of the form."""
    for error in refusal.field_errors if isinstance(refusal, Invalid) else ():
        field = error.field.rpartition(".")[2]
        if field in WindowForm():
            yield FieldError(field, error.message)


def _find_window(directory: Directory, service: str, window: str) -> InstrumentRow:
    row = directory.services[service].find_instrument(window) if service in directory.services else None
    if row is None:
        raise NotFound(_("There is no such window."))
    return row


def _build_document(directory: Directory, service: str, row: InstrumentRow, form: WindowForm) -> dict[str, Any]:
    """The file of one service, whose window has the days of the form."""
    one_service = replace(directory, services={service: directory.services[service]})
    document: Any = read_yaml_file(write_services_file(one_service).encode())[0]
    part = next(part for part in document["services"][0]["instruments"] if part["code"] == row.code)
    days = {"valid_from": form.valid_from.read_value(), "valid_to": form.valid_to.read_value()}
    part |= {**days, "verified": bool(form.verified.data)}
    for text in _list_texts(part):
        for name, day in days.items():
            _replace_day(text, getattr(row, name), day)
    return dict(document)


def _list_texts(part: dict[str, Any]) -> Iterator[dict[str, str]]:
    for name in ("advice", "papers"):
        yield from (entry["text"] for entry in part.get(name, ()))


def _replace_day(text: dict[str, str], old: date | None, new: str | None) -> None:
    # What is told names the day too ("hasta el 31/10/2017"): it would send people away from an open door.
    if old is None or new is None:
        return
    year, _dash, rest = new.partition("-")
    written = "/".join([*reversed(rest.split("-")), year])
    for language in LANGUAGES:
        text[language] = text[language].replace(f"{old:%d/%m/%Y}", written)
