"""The pages of a register, the same for every register: list, record, form, history.

``build_blueprint(register)`` makes the blueprint. A register's own template ``registers/<name>/<page>.html`` replaces
the shared ``registers/<page>.html``.
"""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue as Reply

from attention_point import texts
from attention_point.accounts.naming import find_actor_names
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm, read_posted_fields
from attention_point.foundation.web.pagination import PAGE_SIZE, build_page
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.pages import file_views
from attention_point.registers.shared.pages.forms import (
    VersionForm,
    build_form,
    describe_groups,
    list_filter_choices,
    read_typed_values,
)
from attention_point.registers.shared.pages.rendering import (
    build_address,
    build_query,
    list_registers,
    read_record_filter,
    remember_register,
    render_page,
)
from attention_point.registers.shared.records import queries, removals, services
from attention_point.registers.shared.records.list_totals import sum_list
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.records.sorting import find_default_order, list_orders_by_field, parse_sort_order
from attention_point.registers.shared.schema.formatting import format_total
from attention_point.registers.shared.schema.parsing import NOTHING_SAVED
from attention_point.registers.shared.schema.schema import REGISTERS_BY_NAME, Register, copy_facts, name_organisations

# The database keeps them all; a page with more is no longer readable.
MAX_SHOWN_CHANGES = 100


def build_blueprint(register: Register, *more_routes: tuple[str, str, str, Any]) -> Blueprint:
    """Build a register's blueprint. ``more_routes`` are ``(rule, methods, action, view)``; views take the register."""
    REGISTERS_BY_NAME[register.name] = register
    blueprint = Blueprint(register.name, __name__, url_prefix=f"/registers/{register.name}")
    blueprint.record(partial(remember_register, register))
    # The guard goes around the view: a route without one is refused at run time.
    for rule, methods, action, view in (*ROUTES, *file_views.ROUTES, *more_routes):
        guarded = requires(register.permission_for(action))(update_wrapper(partial(view, register), view))
        blueprint.add_url_rule(rule, view.__name__, guarded, methods=methods.split())
    return blueprint


def list_records(register: Register) -> Reply:
    """Show a page of records. The address holds the filter, the order, and ``after``, the last of the page before."""
    record_filter = read_record_filter(register, request.args)
    order = parse_sort_order(register, request.args.get("sort", ""))
    after_id, removed_id = request.args.get("after", type=UUID), request.args.get("removed", type=UUID)
    last_record = queries.get_record(db_session(), register, after_id) if after_id else None
    rows = queries.list_records_page(db_session(), register, record_filter, last_record, PAGE_SIZE + 1, order)
    query = build_query(record_filter)
    sorted_query = query if order == find_default_order(register) else {**query, "sort": str(order)}
    page = build_page(
        rows,
        PAGE_SIZE,
        lambda row: build_address(register, "list_records", **sorted_query, after=row.id),
        build_address(register, "list_records", **sorted_query) if after_id else None,
    )
    return render_page(
        register,
        "listing",
        page=page,
        record_filter=record_filter,
        query=query,
        order=order,
        head_orders=list_orders_by_field(register, order),
        totals=sum_list(db_session(), register, record_filter),
        format_total=format_total,
        names=queries.list_organisation_names(db_session(), register, *(row.data for row in page.items)),
        filters=[(field, list_filter_choices(field)) for field in register.fields if field.filtered],
        years=queries.count_index_values(db_session(), register, "year"),
        organisation=_find_filter_organisation(record_filter),
        saved_filters=queries.list_saved_filters(db_session(), register, current_actor().id),
        just_removed=removals.find_removed_record(db_session(), register, removed_id) if removed_id else None,
        has_removed=bool(removals.list_removed_records(db_session(), register)),
        form=BaseForm(),
    )


def _find_filter_organisation(record_filter: RecordFilter) -> RecordColumns | None:
    try:
        # Anybody can write an address by hand, so this may be no id.
        organisation_id = UUID(record_filter.index_values.get("organisation", ""))
    except ValueError:
        return None
    return queries.find_organisation(db_session(), organisation_id)


def show_record(register: Register, record: UUID) -> Reply:
    """Show one record; for an organisation, also the records of every register that name it."""
    row = queries.get_record(db_session(), register, record)
    is_organisation = register.name == queries.ORGANISATIONS
    registers = [other_register for other_register in list_registers() if other_register is not register]
    return render_page(
        register,
        "show",
        row=row,
        names=queries.list_organisation_names(db_session(), register, row.data),
        attachments=queries.list_attachments(db_session(), record),
        naming_records=queries.list_records_naming(db_session(), record, registers) if is_organisation else (),
        form=VersionForm(version=str(row.version)),
    )


def add_record(register: Register) -> Reply:
    """Show the empty form, or add the record that was typed into it."""
    save_values = partial(services.add_record, db_session(), current_actor(), register)
    return process_form(register, build_form(register), save_values, None)


def copy_record(register: Register, record: UUID) -> Reply:
    """Show the form of a new record that begins as a copy of another, or add it."""
    row = queries.get_record(db_session(), register, record)
    facts = copy_facts(register, row.data)
    names = queries.list_organisation_names(db_session(), register, facts)
    form = build_form(register, name_organisations(register, facts, names) if request.method != "POST" else None)
    save_values = partial(services.add_record, db_session(), current_actor(), register)
    return process_form(register, form, save_values, None, _("Copy of %(name)s", name=row.name))


def edit_record(register: Register, record: UUID) -> Reply:
    """Show the form with a record, or save what was typed into it."""
    row = queries.get_record(db_session(), register, record)
    names = queries.list_organisation_names(db_session(), register, row.data)
    form = build_form(register, {**name_organisations(register, row.data, names), "version": str(row.version)})

    def save_changes(values: dict[str, Any]) -> UUID:
        services.update_record(db_session(), current_actor(), register, record, form.read_version(), values)
        return record

    return process_form(register, form, save_changes, row)


def process_form(
    register: Register,
    form: BaseForm,
    save_values: Callable[[dict[str, Any]], UUID],
    row: RecordColumns | None,
    heading: str | None = None,
) -> Reply:
    """Show the form, or save it and go to the record. A refused form comes back as it was typed, with its errors.

    ``save_values`` takes the raw values and gives the id of the record. A second record with a name and a date is saved
    once whoever types it was asked.
    """
    status, conflict, same_records = 200, None, []
    if request.method == "POST":
        values = read_typed_values(register, form)
        try:
            same_records = _list_same_records(register, form, values, row)
            record_id = None if same_records else save_values(values)
        except Invalid as refusal:
            form.show_field_errors(refusal.field_errors)
            status = refusal.status
        except Conflict as refusal:
            conflict, status = refusal, refusal.status
            # Whoever saves again has seen the other's values, so the form now starts from the newest version.
            form["version"].data = str(row.version) if row else ""
        else:
            if record_id is not None:
                flash(_("Saved."), "success")
                return redirect(build_address(register, "show_record", record=record_id), 303)
            status = Conflict.status
            form["same"].data = ",".join(record.id.hex for record in same_records)
    suggested_names = queries.list_suggested_names(db_session())
    return render_page(
        register,
        "form",
        form=form,
        conflict=conflict,
        same_records=same_records,
        row=row,
        suggested_names=suggested_names,
        heading=heading,
        group_states=describe_groups(register, form),
    ), status


def _list_same_records(
    register: Register, form: BaseForm, values: dict[str, Any], row: RecordColumns | None
) -> list[RecordColumns]:
    """List the records with the same name and date that whoever types has not been asked about yet."""
    asked_ids = set((form["same"].data or "").split(","))
    same_records = services.list_same_records(db_session(), register, values)
    if row is not None and row.id in {record.id for record in same_records}:
        return []  # its name and date stay as they were
    return same_records if {record.id.hex for record in same_records} - asked_ids else []


def remove_record(register: Register, record: UUID) -> Reply:
    """Remove a record; for some time the list offers to bring it back, and its history stays."""
    removals.remove_record(db_session(), current_actor(), register, record, VersionForm().read_version())
    return redirect(build_address(register, "list_records", removed=record), 303)


def list_removed_records(register: Register) -> Reply:
    """Show the records that were removed and can be brought back."""
    rows = removals.list_removed_records(db_session(), register)
    return render_page(
        register,
        "removed",
        rows=rows,
        people=find_actor_names(db_session(), [row.removed_by for row in rows]),
        days=removals.RESTORING_DAYS,
        form=BaseForm(),
    )


def restore_record(register: Register, record: UUID) -> Reply:
    """Bring a removed record back."""
    removals.restore_record(db_session(), current_actor(), register, record)
    flash(_("The record is back, with its files."), "success")
    return redirect(build_address(register, "show_record", record=record), 303)


def show_history(register: Register, record: UUID) -> Reply:
    """Show who changed what in a record, and when."""
    row = queries.get_record(db_session(), register, record)
    changes = queries.list_changes(db_session(), record, MAX_SHOWN_CHANGES)
    # Both sides of each change: an organisation that a record no longer names is shown by its name too.
    changed_facts = [
        {key: pair[side] for key, pair in change.fields.items() if pair[side]} for change in changes for side in (0, 1)
    ]
    return render_page(
        register,
        "history",
        row=row,
        changes=changes,
        names=queries.list_organisation_names(db_session(), register, *changed_facts),
        people=find_actor_names(db_session(), [change.by for change in changes]),
    )


def save_filter(register: Register) -> Reply:
    """Save the filter of the list under a name, for this account only."""
    fields = read_posted_fields()
    query = build_query(read_record_filter(register, fields))
    # A saved filter is shown again later, so it is held to the same rule of texts as a form.
    unfit_keys = [key for key, value in query.items() if not texts.is_fit_text(value)]
    if unfit_keys:
        raise Invalid(_(NOTHING_SAVED), tuple(FieldError(key, _(texts.UNFIT_CHARACTERS)) for key in unfit_keys))
    services.save_filter(db_session(), current_actor(), register, fields.get("filter_name", ""), urlencode(query))
    flash(_("Search saved."), "success")
    return redirect(build_address(register, "list_records", **query), 303)


def delete_filter(register: Register, saved: UUID) -> Reply:
    """Delete a saved filter."""
    services.delete_filter(db_session(), current_actor(), register, saved)
    flash(_("Saved search deleted."), "success")
    return redirect(build_address(register, "list_records"), 303)


ROUTES = (
    ("", "GET", "view", list_records),
    ("/new", "GET POST", "edit", add_record),
    ("/<uuid:record>", "GET", "view", show_record),
    ("/<uuid:record>/edit", "GET POST", "edit", edit_record),
    ("/<uuid:record>/copy", "GET POST", "edit", copy_record),
    ("/<uuid:record>/remove", "POST", "edit", remove_record),
    ("/removed", "GET", "edit", list_removed_records),
    ("/removed/<uuid:record>/restore", "POST", "edit", restore_record),
    ("/<uuid:record>/history", "GET", "view", show_history),
    ("/searches", "POST", "view", save_filter),
    ("/searches/<uuid:saved>/drop", "POST", "view", delete_filter),
)
