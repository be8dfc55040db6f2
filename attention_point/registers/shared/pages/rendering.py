"""Rendering of a register's pages, and the filter that an address holds."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import current_app, render_template, url_for
from flask.blueprints import BlueprintSetupState

from attention_point.registers.shared.models import INDEX_TEXT_LENGTH
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.rules import WORD_LENGTH, fold_text
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.formatting import format_field_lines, format_field_value, format_part_date
from attention_point.registers.shared.schema.schema import Register

COMMON_FILTER_KEYS = ("year", "organisation", "month")
"""Index keys by which every list can be filtered, besides the register's own filters."""


FORMATTERS: Mapping[str, Any] = {
    "format_field_value": format_field_value,
    "format_field_lines": format_field_lines,
    "format_part_date": format_part_date,
    "kinds": schema,
}
"""What a template needs to show a record's facts."""


def remember_register(register: Register, state: BlueprintSetupState) -> None:
    """Add a register to those of the app when its blueprint is registered."""
    state.app.extensions.setdefault("registers", []).append(register)


def list_registers() -> list[Register]:
    """List the registers of the app, in the order of its catalogue."""
    registers: list[Register] = current_app.extensions.get("registers", [])
    return registers


def render_page(register: Register, template: str, **values: Any) -> str:
    """Render a page of a register, from the register's own template if there is one, else from the shared one."""
    return render_template(
        [f"registers/{register.name}/{template}.html", f"registers/{template}.html"],
        register=register,
        page_url=partial(build_address, register),
        organisation_address=build_organisation_address,
        **FORMATTERS,
        **values,
    )


def build_address(register: Register, view: str, **values: Any) -> str:
    """Build the address of one of a register's pages."""
    return url_for(f"{register.name}.{view}", **values)


def build_organisation_address(organisation_id: str) -> str:
    """Build the address of an organisation by the id that records store."""
    # Records store the id as 32 hexadecimal digits, the address rule takes the form with hyphens.
    return url_for("organisations.show_record", record=UUID(organisation_id))


def read_record_filter(register: Register, arguments: Mapping[str, str]) -> RecordFilter:
    """Read the filter of a list from the arguments of its address. An unknown value finds nothing."""
    index_values = {}
    for key in (*(field.key for field in register.fields if field.filtered), *COMMON_FILTER_KEYS):
        value = arguments.get(key, "").strip()
        if value:
            is_tag = any(field.key == key and field.kind == schema.TAGS for field in register.fields)
            index_values[key] = fold_text(value)[:WORD_LENGTH] if is_tag else value[:INDEX_TEXT_LENGTH]
    return RecordFilter(arguments.get("q", "").strip()[:200], index_values)


def build_query(record_filter: RecordFilter) -> dict[str, str]:
    """Build the arguments of an address that ``read_record_filter`` reads back."""
    return {**({"q": record_filter.words} if record_filter.words else {}), **record_filter.index_values}
