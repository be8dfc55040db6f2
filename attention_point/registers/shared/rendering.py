"""What every page of a register is drawn with, and what its address asks for."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import current_app, render_template, url_for
from flask.blueprints import BlueprintSetupState

from attention_point.registers.shared import describe
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.queries import Wanted
from attention_point.registers.shared.rules import WORD_LENGTH, folded
from attention_point.registers.shared.wording import date_words, lines, words

ALWAYS = ("year", "organisation", "month")
"""Marks that every list may be narrowed by, besides its filtered fields."""


def remember(register: Register, state: BlueprintSetupState) -> None:
    state.app.extensions.setdefault("registers", []).append(register)


def registers() -> list[Register]:
    """The registers of the app, in the order of its catalogue."""
    found: list[Register] = current_app.extensions.get("registers", [])
    return found


def show_page(register: Register, template: str, **values: Any) -> str:
    """Draw a page with what every page of a register needs; the register's own template goes first."""
    here = partial(address, register)
    return render_template(
        [f"registers/{register.name}/{template}.html", f"registers/{template}.html"],
        register=register, here=here, words=words, lines=lines, date_words=date_words, kinds=describe,
        organisation_address=organisation_address, **values,
    )  # fmt: skip


def address(register: Register, view: str, **values: Any) -> str:
    """The address of one of a register's pages."""
    return url_for(f"{register.name}.{view}", **values)


def organisation_address(key: str) -> str:
    """The address of an organisation by its id as records keep it, without hyphens, which no address has."""
    return url_for("organisations.record", record=UUID(key))


def wanted_of(register: Register, arguments: Mapping[str, str]) -> Wanted:
    """What an address asks for. Values are marks, so that an unknown one finds nothing."""
    marks = {}
    for key in (*(field.key for field in register.fields if field.filtered), *ALWAYS):
        value = arguments.get(key, "").strip()
        if value:
            tags = any(field.key == key and field.kind == describe.TAGS for field in register.fields)
            marks[key] = folded(value)[:WORD_LENGTH] if tags else value[:64]
    return Wanted(arguments.get("q", "").strip()[:200], marks)


def query_of(wanted: Wanted) -> dict[str, str]:
    """The same as the arguments of an address."""
    return {**({"q": wanted.words} if wanted.words else {}), **wanted.marks}
