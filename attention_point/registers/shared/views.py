"""The pages of a register, the same for each: list, record, form, history. ``pages(register)`` makes its blueprint.

A register's own template ``registers/<name>/<page>.html`` stands before the shared ``registers/<page>.html``.
"""

from collections.abc import Mapping
from functools import partial, update_wrapper
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue as Reply

from attention_point import texts
from attention_point.accounts.naming import say_actors
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, FieldError, Invalid
from attention_point.foundation.web import actor, db
from attention_point.foundation.web.forms import BaseForm, posted
from attention_point.foundation.web.listing import SIZE, page_of
from attention_point.registers.shared import describe, files_views, queries, services
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.forms import VersionForm, choices_of, form_for, place, typed, version_of
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.queries import Wanted
from attention_point.registers.shared.reading import CORRECT
from attention_point.registers.shared.rendering import address, query_of, registers, remember, show_page, wanted_of

HISTORY = 100


def pages(register: Register, *more: tuple[str, str, str, Any]) -> Blueprint:
    """The blueprint of a register. ``more`` are further routes: (rule, methods, action, view of the register)."""
    describe.KNOWN[register.name] = register
    blueprint = Blueprint(register.name, __name__, url_prefix=f"/registers/{register.name}")
    blueprint.record(partial(remember, register))
    for rule, methods, action, view in (*ROUTES, *files_views.ROUTES, *more):
        guarded = requires(register.may(action))(update_wrapper(partial(view, register), view))
        blueprint.add_url_rule(rule, view.__name__, guarded, methods=methods.split())
    return blueprint


def listing(register: Register) -> Reply:
    """A page of records, narrowed by what stands in the address; ``after`` is the last record of the page before."""
    wanted = wanted_of(register, request.args)
    after = request.args.get("after", type=UUID)
    last = queries.get(db(), register, after) if after else None
    rows = queries.page(db(), register, wanted, last, SIZE + 1)
    query = query_of(wanted)
    page = page_of(
        rows,
        SIZE,
        lambda row: address(register, "listing", **query, after=row.id),
        address(register, "listing", **query) if after else None,
    )
    return show_page(
        register,
        "listing",
        page=page,
        wanted=wanted,
        query=query,
        names=queries.names(db(), register, *(row.data for row in page.items)),
        filters=[(field, choices_of(field)) for field in register.fields if field.filtered],
        years=queries.counts(db(), register, "year"),
        organisation=_organisation(wanted),
        saved=queries.saved_filters(db(), register, actor().id),
        form=BaseForm(),
    )


def _organisation(wanted: Wanted) -> RecordColumns | None:
    """The organisation by which a list is narrowed."""
    try:
        key = UUID(wanted.marks.get("organisation", ""))
    except ValueError:
        return None
    return queries.organisation(db(), key)


def record(register: Register, record: UUID) -> Reply:
    """One record."""
    row = queries.get(db(), register, record)
    return show_page(
        register,
        "show",
        row=row,
        names=queries.names(db(), register, row.data),
        attachments=queries.attachments(db(), record),
        naming=queries.naming(db(), record, [each for each in registers() if each is not register])
        if register.name == queries.ORGANISATIONS
        else (),
        form=VersionForm(version=str(row.version)),
    )


def add(register: Register) -> Reply:
    """Add a record."""
    form = form_for(register)
    made: list[UUID] = []

    def save(values: dict[str, Any]) -> None:
        made.append(services.add(db(), actor(), register, values))

    return _keep(register, form, save, lambda: address(register, "record", record=made[0]), None)


def edit(register: Register, record: UUID) -> Reply:
    """Edit a record."""
    row = queries.get(db(), register, record)
    names = queries.names(db(), register, row.data)
    form = form_for(register, {**_by_name(register, row.data, names), "version": str(row.version)})

    def save(values: dict[str, Any]) -> None:
        services.save(db(), actor(), register, record, version_of(form), values)

    return _keep(register, form, save, lambda: address(register, "record", record=record), row)


def _by_name(register: Register, data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Facts with organisations by name, as they are typed."""
    keys = {field.key for field in register.fields if field.kind == describe.ORGANISATIONS}
    return {
        key: [{**each, "name": names.get(each["id"], "")} for each in value] if key in keys else value
        for key, value in data.items()
    }


def _keep(register: Register, form: BaseForm, save: Any, done: Any, row: RecordColumns | None) -> Reply:
    """Show the form, or save it; a form that is refused comes back as it was typed, with what is wrong with it."""
    status, conflict = 200, None
    if request.method == "POST":
        try:
            save(typed(register, form))
        except Invalid as refusal:
            place(form, refusal.fields)
            status = refusal.status
        except Conflict as refusal:
            conflict, status = refusal, refusal.status
            form["version"].data = str(row.version) if row else ""
        else:
            flash(_("Saved."), "success")
            return redirect(done(), 303)
    suggested = queries.organisation_names(db())
    return show_page(register, "form", form=form, conflict=conflict, row=row, suggested=suggested), status


def remove(register: Register, record: UUID) -> Reply:
    """Take a record away."""
    services.remove(db(), actor(), register, record, version_of(VersionForm()))
    flash(_("Removed. Its history stays."), "success")
    return redirect(address(register, "listing"), 303)


def history(register: Register, record: UUID) -> Reply:
    """Who changed what, and when."""
    row = queries.get(db(), register, record)
    changes = queries.history(db(), record, HISTORY)
    facts = [
        {key: pair[side] for key, pair in each.fields.items() if pair[side]} for each in changes for side in (0, 1)
    ]
    return show_page(
        register,
        "history",
        row=row,
        changes=changes,
        names=queries.names(db(), register, *facts),
        people=say_actors(db(), [each.by for each in changes]),
    )


def keep_filter(register: Register) -> Reply:
    """Keep the search that the form carries, for this account."""
    fields = posted()
    query = query_of(wanted_of(register, fields))
    unfit = tuple(FieldError(key, _(texts.UNFIT)) for key, value in query.items() if not texts.is_fit(value))
    if unfit:
        raise Invalid(_(CORRECT), unfit)
    services.keep_filter(db(), actor(), register, fields.get("filter_name", ""), urlencode(query))
    flash(_("The search is kept."), "success")
    return redirect(address(register, "listing", **query), 303)


def drop_filter(register: Register, saved: UUID) -> Reply:
    """Forget a kept search."""
    services.drop_filter(db(), actor(), register, saved)
    flash(_("The search is no longer kept."), "success")
    return redirect(address(register, "listing"), 303)


ROUTES = (
    ("", "GET", "view", listing),
    ("/new", "GET POST", "edit", add),
    ("/<uuid:record>", "GET", "view", record),
    ("/<uuid:record>/edit", "GET POST", "edit", edit),
    ("/<uuid:record>/remove", "POST", "edit", remove),
    ("/<uuid:record>/history", "GET", "view", history),
    ("/searches", "POST", "view", keep_filter),
    ("/searches/<uuid:saved>/drop", "POST", "view", drop_filter),
)
