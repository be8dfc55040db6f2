"""The recipe ``docs/recipes/add-a-register.md``, step by step: a small register, used end to end."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import Index
from sqlalchemy.orm import DeclarativeBase

from attention_point.foundation import paths
from attention_point.foundation.access import ROLES
from attention_point.foundation.database import Base
from attention_point.foundation.settings import Settings
from attention_point.registers.shared.code_lists import PARTNER_ROLES, read_code_lists
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.pages import file_views
from attention_point.registers.shared.pages.views import build_blueprint
from attention_point.registers.shared.records import queries
from attention_point.registers.shared.schema.formatting import format_field_value
from attention_point.registers.shared.schema.schema import (
    CODE,
    COUNT,
    DATE,
    MONEY,
    ORGANISATIONS,
    ROWS,
    SHARE,
    TAGS,
    TEXTS,
    YES_NO,
    Field,
    Group,
    Register,
)
from tests.recipes.recipe import RECIPES_FOLDER, carry_out, copy_house, read_snippets, run_commands
from tests.registers.support import fields_of, only, send_file, submit
from tests.support.application import composed
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
LISTS = """
stages:
  codes:
    talks: {es: En conversación, en: In talks, aliases: [conversando]}
    agreed: {es: Acordado, en: Agreed}
"""


class Apart(DeclarativeBase):
    """Tables of the test, apart from those that a migration must make."""

    type_annotation_map = Base.type_annotation_map


class Twinning(RecordColumns, Apart):
    """Step 1: the table."""

    __tablename__ = "twinning"
    __table_args__ = (Index("ix_twinning_sort_id", "sort", "id"),)


@pytest.fixture
def twinnings(tmp_path: Path) -> Register:
    """Step 1: the code list and the description."""
    file = tmp_path / "lists.yaml"
    file.write_text(LISTS, encoding="utf-8")
    stages = read_code_lists(file)["stages"]
    fields = (
        Field("name", "Name", required=True, searched=True),
        Field("state", "Stage", CODE, required=True, codes=stages, listed=True, filtered=True),
        Field("date", "Date", DATE, listed=True),
        Field("cities", "Cities", ORGANISATIONS, codes=PARTNER_ROLES),
        Field("people", "People", COUNT),
        Field("money", "Money", MONEY, listed=True),
        Field("part", "Part", SHARE),
        Field("topics", "Topics", TEXTS, searched=True),
        Field("tags", "Labels", TAGS, filtered=True),
        Field("signed", "Signed", YES_NO, filtered=True),
        Field("steps", "Steps", ROWS, fields=(Field("what", "What", required=True), Field("paid", "Paid", MONEY))),
    )
    return Register(
        name="twinnings",
        title="Twinnings",
        add_label="Add a twinning",
        empty_message="No twinning yet.",
        model=Twinning,
        state_field="state",
        groups=(Group("The twinning", fields),),
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An application of the test's own, which one more blueprint joins."""
    with composed(settings) as application:
        yield application


@pytest.fixture
def office(app: Flask, twinnings: Register, as_role: SignIn, monkeypatch: pytest.MonkeyPatch) -> PageClient:
    """Steps 4 and 5: the migration of the events with another name, the permissions, the blueprint."""
    source = (paths.MIGRATIONS_FOLDER / "versions" / "0006_events.py").read_text(encoding="utf-8")
    migration = ModuleType("twinnings_migration")
    exec(re.sub(r"event(?!s)", "twinning", source), migration.__dict__)
    with (
        app.extensions["database"].engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        migration.upgrade()
    granted = {f"twinnings.{action}" for action in ("view", "edit", "export")}
    monkeypatch.setitem(ROLES, "office", ROLES["office"] | granted)
    app.register_blueprint(build_blueprint(twinnings))
    # The worker is another process, which knows the registers of the program alone.
    monkeypatch.setattr(
        file_views, "run_in_worker", lambda session, settings, call, *given: call(session, settings, *given)
    )
    return as_role("office")


TYPED = {
    "name": "Río y Mar",
    "state": "talks",
    "date": "17/03/2019",
    "cities-0-name": "Alcaldía de Puerto Claro",
    "cities-0-role": "host",
    "people-number": "3600",
    "people-mark": "approximate",
    "money-amount": "12.500,50",
    "money-currency": "EUR",
    "part": "50",
    "topics": "Agua; y cauces\nBasuras",
    "tags": "río",
    "signed": "y",
    "steps-0-what": "Firma",
    "steps-0-paid-amount": "1.000",
    "steps-0-paid-currency": "USD",
    "steps-0-paid-mark": "at_least",
}
SAID = {
    "state": "En conversación",
    "date": "17 de marzo de 2019",
    "cities": "Alcaldía de Puerto Claro (anfitrión)",
    "people": "cerca de 3.600",
    "part": "50%",
    "topics": "Agua; y cauces; Basuras",
    "steps": "Firma · Paid: al menos US$ 1.000",
}


def bring(client: PageClient, content: bytes, name: str = "twinnings.xlsx") -> str:
    """Upload a spreadsheet; gives the address of the page that says what it would change."""
    page = client.get("/registers/twinnings/import")
    reply = send_file(client, "/registers/twinnings/import", fields_of(page)["csrf_token"], name, content)
    assert reply.status_code == 303, reply.get_data(as_text=True)
    return reply.headers["Location"]


def test_the_recipe_makes_a_register(app: Flask, office: PageClient, twinnings: Register) -> None:
    assert "No twinning yet." in office.get("/registers/twinnings").get_data(as_text=True)
    reply = submit(office, "/registers/twinnings/new", **TYPED)
    assert reply.status_code == 303
    address = reply.headers["Location"]
    with app.extensions["database"].read_session() as session:
        row = only(session, twinnings)
        first = dict(row.data)
        names = queries.list_organisation_names(session, twinnings, first)
        shown_texts = {
            key: format_field_value(twinnings.get_field(key), first[key], names).replace("\xa0", " ") for key in SAID
        }
    assert shown_texts == SAID
    assert submit(office, f"{address}/edit", date="03/2019").status_code == 303
    for query in ("?q=rio+mar", "?state=talks", "?q=puerto", "?tags=rio", "?signed=yes", "?year=2019"):
        assert "Río y Mar" in office.get(f"/registers/twinnings{query}").get_data(as_text=True), query
    assert "marzo de 2019" in office.get(f"{address}/history").get_data(as_text=True)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_is_saved_as_a_spreadsheet_comes_back_the_same(
    app: Flask, office: PageClient, twinnings: Register, kind: str
) -> None:
    submit(office, "/registers/twinnings/new", **TYPED)
    content = office.get(f"/registers/twinnings/export.{kind}").data
    address = bring(office, content, f"twinnings.{kind}")
    assert "Sin cambios: 1" in office.get(address).get_data(as_text=True)
    with app.extensions["database"].write_session() as session:
        row = only(session, twinnings)
        first = json.dumps(row.data, sort_keys=True)
        session.delete(row)
    # Without its Id, the same row is a new record with the same facts.
    lines = content.decode("utf-8-sig") if kind == "csv" else ""
    if lines:
        without = re.sub(r"(?m)[0-9a-f-]{36}(?=\r?$)", "", lines).encode()
        address = bring(office, without, "twinnings.csv")
        page = office.get(address)
        assert "Por agregar: 1" in page.get_data(as_text=True)
        assert office.post(f"{address}/apply", data=fields_of(page)).status_code == 303
        with app.extensions["database"].read_session() as session:
            assert json.dumps(only(session, twinnings).data, sort_keys=True) == first


USED = """
from attention_point.app import create_app
from attention_point.foundation.access import ROLES, SYSTEM
from attention_point.foundation.settings import read_settings
from attention_point.registers.shared.records import services
from attention_point.registers.shared.records.year_totals import get_year_totals
from attention_point.registers.twinnings.register import TWINNINGS

app = create_app(read_settings())
assert app.test_client().get("/registers/twinnings").status_code in {302, 303}
with app.extensions["database"].write_session() as session:
    services.add_record(session, SYSTEM, TWINNINGS, {"name": "Río y Mar", "date": "2019"})
    assert get_year_totals(session, TWINNINGS, 2019) == {"records": 1}
held = {role for role, permissions in ROLES.items() if "twinnings.edit" in permissions}
assert held == {"office"}, held
app.extensions["database"].close()
"""


def test_the_recipe_s_files_a_migration_and_the_catalogue_s_lines_are_enough(tmp_path: Path) -> None:
    """The recipe as it stands, its commands too; then the register is used, and held to its contract."""
    copy_house(tmp_path)
    for snippet in read_snippets((RECIPES_FOLDER / "add-a-register.md").read_text(encoding="utf-8")):
        carry_out(snippet, tmp_path)
    run_commands(f"cat > used.py <<'END'\n{USED}END\n.venv/bin/python used.py", tmp_path)
    stranger = tmp_path / "attention_point" / "registers" / "twinnings" / "queries.py"
    stranger.write_text("from attention_point.registers.events.register import EVENTS\n", encoding="utf-8")
    with pytest.raises(AssertionError) as refused:
        run_commands(".venv/bin/lint-imports --no-cache --contract registers --contract inside-registers", tmp_path)
    output = " ".join(str(refused.value).split())
    assert "Contracts: 1 kept, 1 broken." in output
    assert "attention_point.registers.twinnings.queries -> attention_point.registers.events.register" in output
