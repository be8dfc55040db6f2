"""Row 12: hostile text in a field of words is shown as text: none of it runs, and the policy has nothing to stop."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, expect

from attention_point.accounts.devices.services import NewDevice, add_device
from attention_point.foundation.access import SYSTEM
from attention_point.referrals.services import Answer, answer_for_entity
from attention_point.registers.shared.records import services
from attention_point.registers.shared.schema import schema
from tests.browser.test_desk import sign_in, staff
from tests.crawl.bare_records import least_record
from tests.portal.support import referral_of
from tests.support.visits import acting, person, recorded

__all__ = ["staff"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
HOSTILE = "'\"><img src=x onerror=alert(1)>{{7*7}}"
SCRIPTS = f"{HOSTILE}<script>alert(2)</script><svg onload=alert(3)>"


def _add_hostile_records(app: Flask) -> list[str]:
    """Records whose every free text is hostile; the addresses that show them, those of the entity last."""
    with app.extensions["database"].write_session() as session:
        who = person(given_names=HOSTILE, surname_1=HOSTILE, surname_2=HOSTILE)
        answer = recorded(session, person=who, notes=SCRIPTS)
        # Nobody knows what a partner's program sends, nor what somebody calls a tablet.
        said = Answer("rejected", 1, SCRIPTS, SCRIPTS, reason_code="other")
        answer_for_entity(session, acting("entity", "sena"), referral_of(answer, "sena"), said)
        add_device(session, SYSTEM, NewDevice(HOSTILE, "bucaramanga", "tablet"))
        addresses = []
        for register in schema.REGISTERS_BY_NAME.values():
            values = {
                name: SCRIPTS if name in {"name", "call"} else value for name, value in least_record(register).items()
            }
            record = services.add_record(session, SYSTEM, register, values)
            addresses += [f"/registers/{register.name}/{record}{ending}" for ending in ("", "/edit", "/history")]
        return [*addresses, f"/visits/{answer['id']}", f"/portal/referrals/{referral_of(answer, 'sena')}"]


def test_no_hostile_text_runs(page: Page, app: Flask, live_server: str, staff: Callable[..., str]) -> None:
    dialogs: list[str] = []

    def note_dialog(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note_dialog)  # what the policy stops, and any broken script, the page itself tells (fixture)
    *registers, visit, referral = _add_hostile_records(app)
    for role, entity, addresses in (
        ("office", None, registers),
        ("agent", None, [visit, "/desk"]),
        ("entity", "sena", [referral]),
        ("admin", None, ["/devices"]),
    ):
        page.context.clear_cookies()
        sign_in(page, live_server, staff(role, entity))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        is_shown = False
        for address in addresses:
            reply = page.goto(f"{live_server}{address}")
            assert reply is not None
            assert reply.status == 200, address
            is_shown = is_shown or "{{7*7}}" in reply.text()
            assert page.locator("img[src=x]").count() == 0
        assert is_shown, role
    assert dialogs == []
