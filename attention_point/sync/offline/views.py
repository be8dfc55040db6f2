"""The shells: pages without a person in them, which a tablet keeps and shows when there is no network."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from attention_point.accounts.devices.device_requests import DEVICE_COOKIE_NAMES
from attention_point.accounts.devices.queries import get_device
from attention_point.accounts.devices.services import TOKEN_PREFIXES
from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, paths
from attention_point.foundation.access import public, requires_device
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, current_settings
from attention_point.foundation.web.page_frame.menu import Menu
from attention_point.foundation.web.security.response_headers import CONTENT_SECURITY_POLICY, hash_static_files
from attention_point.foundation.web.templating import build_static_url
from attention_point.foundation.web.transactions import read_session
from attention_point.intake.form import companions, visit_form
from attention_point.intake.form.companions import FamilyForm
from attention_point.intake.form.consent_questions import describe_consents
from attention_point.intake.form.frequent_choices import put_frequent_first
from attention_point.intake.pages.unsaved_visits.form_page import build_today_values, set_form_choices
from attention_point.sync.offline.offers import list_need_offers

NO_DRAFT = UUID(int=0)
SERVICE_WORKER = paths.PACKAGE_FOLDER / "sync" / "offline" / "service-worker.js"
# The worker loads the outbox, which carries no nonce.
WORKER_POLICY = CONTENT_SECURITY_POLICY.format(scripts="'self'")

blueprint = Blueprint("offline", __name__)


@blueprint.app_context_processor
def _describe_browser() -> dict[str, object]:
    """Whether the browser was enrolled. What it may do is asked where it does it: a page must open without this."""
    token = request.cookies.get(DEVICE_COOKIE_NAMES[current_settings().uses_https], "")
    return {"tablet": token.startswith(TOKEN_PREFIXES), "describe_device": _describe_device}


def _describe_device() -> dict[str, str]:
    """What a kiosk needs to number its own turns without network."""
    device = get_device(read_session(), current_actor().id)
    return {"point": device.point, "letter": device.letter or ""}


@blueprint.get("/service-worker.js")
@public
def send_service_worker() -> Response:
    """Send the service worker. The address of the outbox carries the release, so that a new release replaces both."""
    loading = f'importScripts("{build_static_url("js/outbox.js")}");\n'
    response = Response(loading + SERVICE_WORKER.read_text(encoding="utf-8"), mimetype="text/javascript")
    response.headers["Content-Security-Policy"] = WORKER_POLICY
    return response


@blueprint.get("/offline/form")
@requires_device("outbox.send")
def show_offline_form() -> str:
    """Show the desk's form, empty, with what it needs to be filled in, kept and printed without network."""
    _require_tablet()
    session, day = read_session(), clock.today()
    # Neither a token nor an id: both belong to somebody, and the page is kept.
    form = set_form_choices(FamilyForm(MultiDict(build_shared_values()), meta={"csrf": False}))
    put_frequent_first(session, form, day)
    point = directory_queries.find_point(session, form.point.data or "")
    return render_shell(
        "sync/form.html",
        form=form,
        form_id="offline-form",
        questions=visit_form.TYPED_FIELDS,
        is_person_first=bool(point and point.order == "person_first"),
        is_kept=False,
        news=None,
        blank_row=companions.build_blank_row(form),
        offers=list_need_offers(session, day, point.municipality if point else None),
        slip_point=point,
        release=hash_static_files(),
        **describe_consents(session, current_settings().contact, form),
    )


@blueprint.get("/offline/outbox")
@requires_device("outbox.send")
def show_outbox() -> str:
    """Show the frame in which the tablet's script puts what waits, the receipts, and what was refused."""
    _require_tablet()
    return render_shell("sync/outbox.html")


@blueprint.get("/offline/kiosk")
@requires_device("kiosk.use")
def show_offline_kiosk() -> AnyResponse:
    """Lead to the kiosk's page, which is the same with and without network."""
    return redirect(url_for("kiosk.show_first_screen"))


def _require_tablet() -> None:
    # A kiosk stands in everybody's hands, and has no form of the desk.
    if current_actor().role != "tablet":
        raise NotFound(_("There is no such page."))


def build_shared_values() -> dict[str, str]:
    """The values of a form that are the same for everybody; the tablet adds its id, the day and the time."""
    values = build_today_values(NO_DRAFT)
    return {name: value for name, value in values.items() if name not in {"id", "attended_on", "attended_time"}}


def render_shell(template: str, **context: Any) -> str:
    """Render a page as nobody sees it: without account, menu, session, token or message of an earlier page."""
    return render_template(
        template,
        **context,
        actor=None,
        menu=Menu(),
        session_seconds=0,
        search_url=None,
        is_shell=True,
        get_flashed_messages=lambda **_options: [],
    )
