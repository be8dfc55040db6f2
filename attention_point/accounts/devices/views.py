"""The pages of devices: the list with what can be done, and the page on which a tablet types its code."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts.devices import device_requests, queries, services
from attention_point.accounts.devices.forms import KIND_LABELS, DeviceForm, EnrolForm
from attention_point.accounts.forms import add_form_error, show_error
from attention_point.accounts.sign_in.resumed_forms import find_local_path
from attention_point.foundation.access import Actor, public, requires
from attention_point.foundation.errors import Conflict, Invalid, TooManyTries
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import build_qr_code_path
from attention_point.foundation.web.transactions import (
    current_actor,
    current_database,
    current_settings,
    db_session,
    read_session,
)

blueprint = Blueprint("devices", __name__, url_prefix="/devices")


@blueprint.get("")
@requires("devices.manage")
def list_devices() -> str:
    """List every device, with when it was last heard of."""
    return render_template(
        "devices/listing.html",
        devices=queries.list_devices(db_session()),
        points=queries.list_point_names(db_session()),
        kind_names=KIND_LABELS,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires("devices.manage")
def add_device() -> Any:
    """Add a device. Its codes stand on the reply and nowhere else."""
    form = DeviceForm(points=queries.list_point_names(read_session()))
    if request.method == "GET":
        return render_template("devices/new.html", form=form)
    status = 422
    if form.validate():
        new_device = services.NewDevice(form.name.data or "", form.point.data or "", form.kind.data or "")
        try:
            codes = services.add_device(db_session(), current_actor(), new_device)
        except (Invalid, Conflict) as error:
            status = show_error(error, form)
        else:
            return _show_codes(new_device.name, codes), 201
    return render_template("devices/new.html", form=form), status


@blueprint.post("/<uuid:device_id>/code")
@requires("devices.manage")
def renew_codes(device_id: UUID) -> str:
    """Give a device new codes: for a tablet that was reset, or a code that was not used in time."""
    codes = services.renew_codes(db_session(), current_actor(), device_id)
    return _show_codes(queries.get_device(db_session(), device_id).name, codes)


def _show_codes(name: str, codes: services.DeviceCodes) -> str:
    address = current_settings().public_url.rstrip("/") + url_for("devices.enrol")
    # Behind the #, which no browser sends to a server and no proxy writes down.
    side, path = build_qr_code_path(f"{address}#{codes.enrolment_code}")
    return render_template(
        "devices/codes.html",
        name=name,
        codes=codes,
        address=address,
        qr_side=side,
        qr_path=path,
        is_for_this_machine_alone=current_settings().is_for_this_machine_alone,
    )


@blueprint.post("/<uuid:device_id>/revoke")
@requires("devices.manage")
def revoke_device(device_id: UUID) -> Response:
    """Revoke a device; its next request is refused."""
    device = services.revoke_device(db_session(), current_actor(), device_id)
    flash(_("The device %(name)s is revoked.", name=device.name), "success")
    return redirect(url_for("devices.list_devices"))


@blueprint.route("/enrol", methods=["GET", "POST"])
@public
def enrol() -> Any:
    """Take the code of this browser's device and lead to what the device is for."""
    form, status = EnrolForm(), 200
    if request.method == "POST" and form.validate():
        try:
            enrolment = services.enrol_device(
                current_database(), form.code.data or "", request.remote_addr or "", services.BROWSER_PREFIX
            )
        except Invalid as error:
            status = show_error(error, form)
        except TooManyTries as error:
            add_form_error(form, error.message)
            page = render_template("devices/enrol.html", form=form, device=None, device_path="")
            return page, error.status, {"Retry-After": str(error.retry_after)}
        else:
            # The token goes into the cookie alone: no script and nobody at the screen ever sees it.
            device_requests.set_device_cookie_after_request(enrolment.token)
            return redirect(_find_device_path(enrolment.device))
    elif request.method == "POST":
        status = 422
    row = device_requests.find_device_row() if request.method == "GET" else None
    device = services.build_device_actor(row) if row and row.revoked_at is None else None
    return (
        render_template(
            "devices/enrol.html", form=form, device=device, device_path=_find_device_path(device) if device else ""
        ),
        status,
    )


def _find_device_path(device: Actor) -> str:
    """The first page of what a device is for; the start page where there is none."""
    return find_local_path({"kiosk": "/kiosk", "screen": f"/screen/{device.point}"}.get(device.role))
