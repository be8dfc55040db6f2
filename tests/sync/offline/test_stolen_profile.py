"""A lost tablet: the browser is killed with captures waiting, its folder is copied, and nobody is found in it."""

import signal
import subprocess
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Playwright, expect

from attention_point.foundation.database import Database
from tests.accounts.devices.support import enrol
from tests.browser.test_desk import sign_in
from tests.support.browser import ARGUMENTS, find_chromium
from tests.support.server import serve
from tests.sync.offline.failing_proxy import run_failing_proxy
from tests.sync.offline.support import be_tablet, go_offline, prepare_tablet

pytestmark = pytest.mark.browser
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CANARIES = {
    "given_names": "Canariagiven",
    "surname_1": "Canariasurname",
    "surname_2": "Canariamother",
    "phone": "3009876541",
    "birth_date": "23/11/1987",
    "documents-0-number": "V98765123",
    "notes": "Canarianotes porque viene con miedo",
}
COMPANION = {"given_names": "Canariachild", "surname_1": "Canariakin", "document_number": "1098765999"}


def _list_forms(value: str) -> dict[str, bytes]:
    texts = {value, value.lower(), value.upper()}
    forms = {f"{text} {codec}": text.encode(codec) for text in texts for codec in ("utf-8", "utf-16-le", "utf-16-be")}
    for name, raw in list(forms.items()):
        forms[f"{name} hex"] = raw.hex().encode()
        # Base64 of a text within a longer one: by each of its three beginnings, without the letters that its
        # neighbours touch.
        for shift in range(3):
            forms[f"{name} base64 {shift}"] = b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4]
    return {name: raw for name, raw in forms.items() if len(raw) >= 6}


def _scan(folder: Path, values: list[str]) -> set[str]:
    forms = {f"{value}: {name}": raw for value in values for name, raw in _list_forms(value).items()}
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            found |= {f"{path.relative_to(folder)}: {name}" for name, raw in forms.items() if raw in content}
    return found


def test_the_scan_finds_what_is_planted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b64encode(b"x" + "Canariagiven".encode("utf-16-le") + b"yy"))
    (tmp_path / "b").write_bytes(b"..3009876541..")
    found = _scan(tmp_path, list(CANARIES.values()))
    assert any(name.startswith("a: Canariagiven") for name in found)
    assert any(name.startswith("b: 3009876541") for name in found)


@pytest.mark.slow
@ON_SQLITE
def test_a_killed_profile_holds_no_personal_value(
    playwright: Playwright, app: Flask, database: Database, staff: Any, tmp_path: Path
) -> None:
    email, profile = staff("agent", None), tmp_path / "profile"
    with serve(app) as upstream, run_failing_proxy(upstream) as (address, proxy):
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=find_chromium(),
            args=ARGUMENTS,
            locale="es-CO",
            viewport={"width": 800, "height": 1280},
        )
        page = context.pages[0]
        be_tablet(context, address, enrol(database))
        sign_in(page, address, email)
        prepare_tablet(page, address)
        go_offline(page, proxy)
        for _person in range(3):
            page.goto(f"{address}/visits/new")
            page.get_by_text("Permisos para vivir en Colombia", exact=False).first.click()
            for details in page.locator("form details.fold").all():
                details.evaluate("(fold) => (fold.open = true)")
            for name, value in CANARIES.items():
                page.locator(f"[name={name}]").first.press_sequentially(value)
            page.get_by_role("button", name="Agregar otra persona").or_(
                page.locator("[data-companion-add]")
            ).first.click()
            page.locator("#companions-0").get_by_label("Hija").check()
            for name, value in COMPANION.items():
                page.locator(f"[name=companions-0-{name}]").fill(value)
            page.get_by_role("button", name="Sí a las tres").click()
            page.locator("#referrals").get_by_text("Sí").click()
            page.get_by_role("button", name="Guardar en esta tableta").click()
            expect(page.get_by_role("heading", name="Guardado en esta tableta")).to_be_visible()
        # Typed and not kept: the browser is killed over it.
        page.goto(f"{address}/visits/new")
        for name, value in CANARIES.items():
            field = page.locator(f"[name={name}]").first
            for details in page.locator("form details").all():
                details.evaluate("(fold) => (fold.open = true)")
            field.press_sequentially(value)
        page.wait_for_timeout(3000)  # what a browser writes by itself, such as the tabs to restore, is written
        assert page.evaluate("outbox.count(null).then(({ others }) => others)") == 3
        _kill_browser(profile)
    assert sum(path.stat().st_size for path in profile.rglob("*") if path.is_file()) > 100_000
    assert _scan(profile, ["sealed"])  # the captures are there, in words that are no one's
    assert _scan(profile, [*CANARIES.values(), *COMPANION.values()]) == set()


def _kill_browser(profile: Path) -> None:
    # The processes of this very profile, by its own folder, until none of them can write any more.
    while listed := _list_processes(profile):
        subprocess.run(["kill", f"-{signal.SIGKILL.value}", *listed], check=False)
        time.sleep(0.1)


def _list_processes(profile: Path) -> list[str]:
    command = ["pgrep", "-f", f"user-data-dir={profile}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
