"""The pages of the bench: cases with what the rules answer, a comparison before publishing, and the versions."""

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from attention_point.directory.models import EDITED
from attention_point.directory.queries import get_directory
from attention_point.directory.revision import preview_directory
from attention_point.directory.seed.loading import load_directory, read_yaml_file
from attention_point.directory.seed.writing import write_services_file
from attention_point.directory.snapshot import Directory
from attention_point.foundation.access import requires
from attention_point.foundation.errors import AppError, Conflict, FieldError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.json_bodies import accepts_files
from attention_point.foundation.web.pagination import PAGE_SIZE, Page
from attention_point.routing.bench import case_store, version_history
from attention_point.routing.bench.case_store import ListedCase
from attention_point.routing.bench.cases import find_case_differences
from attention_point.routing.bench.comparison import CaseChange, compare_rule_sets, describe_answers
from attention_point.routing.bench.forms import CaseForm, RemoveCaseForm, build_case_form, read_case_content
from attention_point.routing.bench.rule_sets import RuleSet, build_rule_set, get_rule_set
from attention_point.routing.bench.wording import Wording

blueprint = Blueprint("bench", __name__, url_prefix="/routing")

ViewReply = str | Response | tuple[str, int]
FAILED, AGREED = "differ", "agree"


class CaseRow(NamedTuple):
    """A case in the list: its row, what it expects and in what the answer differs, in words."""

    listed_case: ListedCase
    expected: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the rules answer as the case expects."""
        return not self.differences


@blueprint.get("/cases")
@requires("routing.view")
def list_cases() -> str:
    """List the cases, those to which the rules answer otherwise first; ``need`` and ``state`` narrow the list."""
    session = db_session()
    rule_set, need, state = get_rule_set(session), request.args.get("need", ""), request.args.get("state", "")
    listed_cases = case_store.list_cases(session)
    rows = [
        _build_row(listed_case, rule_set)
        for listed_case in listed_cases
        if not need or need in _list_codes(listed_case)
    ]
    counts = {"": len(rows), FAILED: sum(not row.agrees for row in rows), AGREED: sum(row.agrees for row in rows)}
    shown = [row for row in rows if state not in (FAILED, AGREED) or row.agrees == (state == AGREED)]
    shown.sort(key=lambda row: row.agrees)
    return render_template(
        "routing/cases.html",
        page=_cut_page(shown, need, state),
        counts=counts,
        need=need,
        state=state,
        needs=_list_needs(listed_cases, rule_set),
        has_cases=bool(listed_cases),
        version=version_history.find_current_version(session),
    )


@blueprint.get("/cases/<string(maxlength=40):code>")
@requires("routing.view")
def show_case(code: str) -> str:
    """Show a case in words: the person, what must come out, what the rules answer on each of its days."""
    session = db_session()
    rule_set, listed_case = get_rule_set(session), case_store.get_case(session, code)
    wording, case = Wording(rule_set.directory), listed_case.case
    return render_template(
        "routing/case.html",
        row=_build_row(listed_case, rule_set),
        case=case,
        situation=wording.describe_situation(case.situation) if case else [],
        answers=[(day, describe_answers(case, day, rule_set)) for day in case.days] if case else [],
        version=version_history.find_current_version(session),
        remove_form=RemoveCaseForm(data={"version": listed_case.version}),
    )


@blueprint.route("/cases/new", methods=["GET", "POST"])
@requires("routing.edit")
def add_case() -> ViewReply:
    """Add a case."""
    form = build_case_form(get_directory(db_session()))
    return _show_or_save_form(form, lambda: case_store.add_case(db_session(), current_actor(), read_case_content(form)))


@blueprint.route("/cases/<string(maxlength=40):code>/edit", methods=["GET", "POST"])
@requires("routing.edit")
def edit_case(code: str) -> ViewReply:
    """Edit a case."""
    listed_case = case_store.get_case(db_session(), code)
    form = build_case_form(get_directory(db_session()), {**listed_case.content, "version": listed_case.version})
    if request.method == "GET":
        form.version.data = str(listed_case.version)

    def save() -> str:
        content = read_case_content(form, listed_case.content)
        case_store.save_case(db_session(), current_actor(), code, form.read_version(), content)
        return code

    return _show_or_save_form(form, save, listed_case)


@blueprint.post("/cases/<string(maxlength=40):code>/remove")
@requires("routing.edit")
def remove_case(code: str) -> Response:
    """Remove a case."""
    case_store.remove_case(db_session(), current_actor(), code, RemoveCaseForm().read_version())
    flash(_("The case was removed."), "success")
    return redirect(url_for("bench.list_cases"), 303)


@blueprint.route("/cases/load", methods=["GET", "POST"])
@requires("routing.edit")
@accepts_files
def load_cases() -> ViewReply:
    """Load a file of cases; what the office changed stays as it is."""
    error = ""
    if request.method == "POST":
        try:
            document = case_store.parse_yaml(_read_uploaded_file())
            result = case_store.load_cases(db_session(), current_actor(), document)
        except AppError as refusal:
            error = refusal.message
        else:
            counts = result._asdict()
            flash(_("%(added)s added, %(changed)s changed, %(unchanged)s as they were.", **counts), "success")
            if result.kept:
                flash(_("%(count)s were left as the office changed them.", count=result.kept), "info")
            return redirect(url_for("bench.list_cases"), 303)
    return render_template("routing/load.html", error=error), 422 if error else 200


@blueprint.route("/compare", methods=["GET", "POST"])
@requires("routing.edit")
@accepts_files
def compare_file() -> ViewReply:
    """Show what a changed directory would alter: ``file`` is a YAML file as ``directory load`` takes it.

    What was compared can then be published as it was shown (``content``, ``publish``).
    """
    if request.method == "GET":
        return render_template("routing/compare.html", error="", content=None)
    posted_fields = read_posted_fields()
    uploaded = _read_uploaded_file() or posted_fields.get("content", "").encode()
    try:
        file = read_yaml_file(uploaded)  # before the session that writes: nobody waits for it
        session, actor = db_session(), current_actor()
        if "publish" in posted_fields:
            shown = posted_fields.get("shown", "")  # the page of a window's days
            _require_unchanged(get_directory(session), shown)
            result = load_directory(session, actor, *file, origin=EDITED, may_lead_nowhere=bool(shown))
            flash(_("Published. It is in force from now on."), "success")
            if result.kept_codes:
                flash(_("Left as the office edited them: %(codes)s.", codes=", ".join(result.kept_codes)), "info")
            return redirect(url_for("bench.list_versions"), 303)
        directory = preview_directory(session, lambda: load_directory(session, actor, *file, origin=EDITED))
    except AppError as refusal:
        return render_template("routing/compare.html", error=refusal.message, content=None), 422
    comparison = compare_with_rules_in_force(directory)
    return render_template("routing/compare.html", error="", content=uploaded.decode(), comparison=comparison)


@blueprint.get("/services.yaml")
@requires("routing.edit")
def download_services() -> Response:
    """Send the services in force with their windows and advice, as a file that can be changed and tried."""
    content = BytesIO(write_services_file(get_directory(db_session())).encode())
    return send_file(content, "application/yaml", as_attachment=True, download_name="services.yaml", max_age=0)


@blueprint.get("/versions")
@requires("routing.view")
def list_versions() -> str:
    """List the versions of the rule set, the newest first, with what each changed."""
    session = db_session()
    return render_template(
        "routing/versions.html",
        versions=version_history.list_versions(session),
        current=version_history.find_current_version(session),
        wording=Wording(get_directory(session)),
    )


def describe_shown(directory: Directory, service: str) -> str:
    """A service as it stands when its page is shown: what is published from that page must find it so."""
    services = {code: row for code, row in directory.services.items() if code == service}
    content = write_services_file(replace(directory, services=services))
    return f"{service} {hashlib.sha256(content.encode()).hexdigest()}"


def _require_unchanged(directory: Directory, shown: str) -> None:
    # The file of a window holds its whole service: what a colleague moved meanwhile would move back.
    if shown and shown != describe_shown(directory, shown.partition(" ")[0]):
        raise Conflict(_("Somebody changed this service meanwhile. Nothing was published: change the days once more."))


class Comparison(NamedTuple):
    """What a rule set that is not published would alter. ``breaking`` counts the cases that would hold no longer."""

    changes: list[CaseChange]
    case_count: int
    breaking: int


def compare_with_rules_in_force(directory: Directory) -> Comparison:
    """What a directory that is not saved would alter in the answers to the cases."""
    session = db_session()
    cases = [listed_case.case for listed_case in case_store.list_cases(session) if listed_case.case]
    changes = compare_rule_sets(cases, get_rule_set(session), build_rule_set(directory))
    return Comparison(changes, len(cases), sum(change.agreed and not change.agrees for change in changes))


@blueprint.app_context_processor
def _offer_comparison() -> dict[str, Callable[[Directory], Comparison]]:
    # The form of a service stands in the room of the directory, below this one.
    return {"compare_with_rules_in_force": compare_with_rules_in_force}


def _build_row(listed_case: ListedCase, rule_set: RuleSet) -> CaseRow:
    if listed_case.case is None or listed_case.case.expectation is None:
        return CaseRow(listed_case, (), (listed_case.fault,))
    wording = Wording(rule_set.directory)
    differences = find_case_differences(listed_case.case, rule_set.offers, rule_set)
    return CaseRow(
        listed_case,
        tuple(wording.describe_expectation(listed_case.case.expectation)),
        tuple(map(wording.describe_difference, differences)),
    )


def _list_needs(listed_cases: list[ListedCase], rule_set: RuleSet) -> list[tuple[str, str]]:
    wording = Wording(rule_set.directory)
    codes = {code for listed_case in listed_cases for code in _list_codes(listed_case)}
    return sorted(((code, wording.name_service(code)) for code in codes), key=lambda item: item[1].casefold())


def _list_codes(listed_case: ListedCase) -> set[str]:
    """The needs that a case states, and the services that it expects."""
    return {*listed_case.content.get("s", {}).get("needs", ()), *listed_case.content.get("want", ())}


def _cut_page(rows: list[CaseRow], need: str, state: str) -> Page[CaseRow]:
    arguments: dict[str, Any] = {"need": need or None, "state": state or None}
    after = request.args.get("after", "")
    codes = [row.listed_case.code for row in rows]
    start = codes.index(after) + 1 if after in codes else 0
    items = rows[start : start + PAGE_SIZE]
    has_more = len(rows) > start + PAGE_SIZE
    next_url = url_for("bench.list_cases", after=items[-1].listed_case.code, **arguments) if has_more else None
    return Page(items, next_url, url_for("bench.list_cases", **arguments) if start else None)


def _show_or_save_form(form: CaseForm, save: Callable[[], str], listed_case: ListedCase | None = None) -> ViewReply:
    status, conflict = 200, None
    if request.method == "POST":
        missing = [name for name in ("who", "date") if not (form[name].data or "").strip()]
        form.show_field_errors(FieldError(name, _("This field is required.")) for name in missing)
        try:
            if not missing:
                code = save()
                flash(_("Saved."), "success")
                return redirect(url_for("bench.show_case", code=code), 303)
            status = 422
        except Conflict as error:
            conflict, status = error, error.status
            form.version.data = str(listed_case.version) if listed_case else "0"
        except AppError as error:
            form.form_errors = [*form.form_errors, error.message]
            status = 422
    return render_template("routing/case_form.html", form=form, listed_case=listed_case, conflict=conflict), status


def _read_uploaded_file() -> bytes:
    file = request.files.get("file")
    if file is None:
        return b""
    with closing(file):  # Werkzeug puts a large one into a temporary file
        return file.read(case_store.MAX_FILE_BYTES + 1)  # one byte more tells a file that is too large
