"""The report in a real browser, at tablet size: a story is written around the drafts and seen in the preview."""

import os
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.foundation.access import SYSTEM
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import services
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def look(page: Page, name: str) -> None:
    """Keep a picture of the page at a tablet's width and at a telephone's, where a folder is asked for."""
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        return
    for width in (800, 360):
        page.set_viewport_size({"width": width, "height": 1000})
        page.screenshot(path=str(Path(folder) / f"report-{name}-{width}.png"), full_page=True)
    page.set_viewport_size({"width": 800, "height": 1280})


def test_a_story_is_written_around_the_drafts(app: Flask, signed_in: Page) -> None:
    page = signed_in
    with app.extensions["database"].write_session() as session:
        for name, state in (("Foro del agua", "done"), ("Foro de la paz", "postponed")):
            services.add_record(
                session, SYSTEM, EVENTS, {"name": name, "state": state, "year": 2019, "countries": ["NL"]}
            )
    with serve(app) as address:
        page.goto(f"{address}/report")
        axe(page)
        page.goto(f"{address}/report/2019")
        axe(page)
        look(page, "year")
        page.get_by_role("link", name="Escribir Posicionamiento").click()
        expect(page).to_have_url(f"{address}/report/2019/positioning")
        axe(page)
        look(page, "story")
        page.get_by_role("button", name="Agregar un texto al comienzo").click()
        page.get_by_label("Texto de la Oficina").fill("La ciudad se dio a conocer.")
        forum = page.get_by_role("region", name="Durante el año se realizó el Foro del agua")
        forum.get_by_text("Con sus palabras").click()
        forum.get_by_role("textbox").fill("El Foro del agua reunió a todo el mundo.")
        axe(page)
        look(page, "story-typed")
        forum.get_by_role("button", name="Subir").click()
        expect(page.get_by_label("Texto de la Oficina")).to_have_value("La ciudad se dio a conocer.")
        page.get_by_role("button", name="Guardar").first.click()
        expect(page.get_by_text("Versión 1")).to_be_visible()
        page.get_by_role("link", name="Escribir Introducción").click()
        page.get_by_label("Texto", exact=True).fill("Este informe cuenta un año.")
        axe(page)
        look(page, "kept-text")
        page.get_by_role("button", name="Guardar").click()
        expect(page).to_have_url(f"{address}/report/2019")
        page.get_by_role("link", name="Vista previa").click()
        for said in ("Este informe cuenta un año.", "La ciudad se dio a conocer.", "El Foro del agua reunió"):
            expect(page.get_by_text(said)).to_be_visible()
        axe(page)
        look(page, "preview")
