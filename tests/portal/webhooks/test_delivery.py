"""Webhooks, received by a real server: signed, tried again, never twice as two, switched off when nobody answers."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, text, update

from attention_point.accounts import services as account_services
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import NotFound
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.settings import Settings
from attention_point.portal.notifying.jobs import run_notice_job
from attention_point.portal.webhooks import queries, rules, services
from attention_point.portal.webhooks.models import Webhook, WebhookDelivery
from attention_point.portal.webhooks.sending import run_webhook_job
from tests.portal.webhooks.conftest import NOON
from tests.recipes.recipe import RECIPES_FOLDER
from tests.support.directory import load_shipped
from tests.support.visits import person, recorded
from tests.support.web_receiver import Receiver

Check = Callable[..., bool]


def read_recipe() -> Check:
    """The receiver's check, as the recipe prints it."""
    text = (RECIPES_FOLDER / "receive-a-webhook.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    check: Check = names["is_genuine"]
    return check


def register(database: Database, url: str, entity: str = "sena") -> tuple[UUID, str]:
    with database.write_session() as session:
        load_shipped(session)
        webhook, secret = services.add_webhook(session, SYSTEM, entity, url)
        return webhook.id, secret


def refer(database: Database, **changes: Any) -> list[str]:
    """Record a visit; the ids of its referrals."""
    with database.write_session() as session:
        answer = recorded(session, **{"needs": ["EMP-SENA"], **changes})
    return [referral["id"] for referral in answer["referrals"]]


def run_jobs(database: Database, settings: Settings, **later: float) -> None:
    with clock.override_now(NOON + timedelta(**later)):
        run_notice_job(database, settings, "every-run")
        run_webhook_job(database, settings, "every-run")


def failed(database: Database, webhook: UUID) -> list[queries.Delivery]:
    with database.read_session() as session:
        return queries.list_failed_deliveries(session, webhook)


def count_deliveries(database: Database) -> int:
    with database.read_session() as session:
        return session.scalar(select(func.count()).select_from(WebhookDelivery)) or 0


def test_a_referral_reaches_the_program_signed_and_without_a_word_about_the_person(
    database: Database, near: Settings, receiver: Receiver
) -> None:
    _webhook, secret = register(database, receiver.url)
    (referral,) = refer(database, person=person(given_names="Canarioverde"), notes="Canarioazul")
    run_jobs(database, near)
    run_jobs(database, near)
    ((headers, body),) = receiver.requests
    assert json.loads(body) == {
        "type": "referral.new", "timestamp": NOON.astimezone(UTC).isoformat(), "data": {"referral": referral},
    }  # fmt: skip
    is_genuine = read_recipe()
    now = NOON.timestamp()
    assert is_genuine(secret, headers, body, now)
    assert not is_genuine(secret, headers, body.replace(b"new", b"old"), now)
    assert not is_genuine(secret, {**headers, "webhook-id": str(UUID(int=1))}, body, now)
    assert not is_genuine("whsec_AAAA", headers, body, now)
    # An old notice, sent again by somebody: also with a moment that was not signed.
    assert not is_genuine(secret, headers, body, now + 301)
    assert not is_genuine(secret, {**headers, "webhook-timestamp": str(int(now) + 301)}, body, now + 301)
    assert count_deliveries(database) == 0


def test_a_confidential_referral_looks_like_every_other_and_goes_to_its_entity_alone(
    database: Database, near: Settings, receiver: Receiver
) -> None:
    register(database, receiver.url)
    register(database, receiver.url.replace("prueba", "comisaria"), "comisaria-familia")
    (referral,) = refer(database, needs=["EMP-SENA"])
    refer(database, needs=["VBG"])
    run_jobs(database, near)
    first, second = (json.loads(body) for body in receiver.bodies)
    assert {first["data"]["referral"], second["data"]["referral"]} > {referral}
    assert {**first, "data": None} == {**second, "data": None}
    assert len(receiver.bodies[0]) == len(receiver.bodies[1])


@pytest.mark.parametrize("status", [200, 503])
def test_neither_the_log_nor_the_order_of_transactions_tells_which_entity_was_told(
    database: Database, near: Settings, receiver: Receiver, capfd: pytest.CaptureFixture[str], status: int
) -> None:
    told, _secret = register(database, receiver.url, "comisaria-familia")
    register(database, receiver.url.replace("prueba", "sena"))
    refer(database, needs=["VBG"])
    receiver.status = status
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    run_jobs(database, near)
    assert len(receiver.requests) == 1
    changed = [one for one in statements if one.startswith("UPDATE webhook SET") or "FOR UPDATE" in one]
    if status == 200:  # all of them at the end, at once; a failure is written where it is the first
        assert changed == ["UPDATE webhook SET active=webhook.active"]
    assert str(told) not in "".join(capfd.readouterr())
    if database.engine.dialect.name == "postgresql":
        with database.read_session() as session:
            numbers = session.execute(text("SELECT DISTINCT xmin::text, xmax::text FROM webhook")).all()
        assert [xmax for _xmin, xmax in numbers] == ["0"]


def test_a_notice_that_failed_comes_again_with_its_id_and_a_new_moment(
    database: Database, near: Settings, receiver: Receiver
) -> None:
    webhook, secret = register(database, receiver.url)
    refer(database)
    receiver.status = 503
    run_jobs(database, near)
    run_jobs(database, near, minutes=14)
    assert [(one.last_error, one.tries) for one in failed(database, webhook)] == [("http-503", 1)]
    receiver.status = 200
    run_jobs(database, near, minutes=15)
    (first, body), (second, same_body) = receiver.requests
    assert first["webhook-id"] == second["webhook-id"]
    assert body == same_body
    assert read_recipe()(secret, second, same_body, (NOON + timedelta(minutes=15)).timestamp())
    assert failed(database, webhook) == []
    with database.read_session() as session:
        assert session.get_one(Webhook, webhook).failing_since is None


def test_who_does_not_answer_for_days_is_switched_off_and_its_entity_is_told(
    database: Database, near: Settings, receiver: Receiver
) -> None:
    webhook, _secret = register(database, receiver.url)
    with database.write_session() as session:
        new = account_services.NewAccount("enlace@sena.example.org", "Ana Rojas", "entity", "sena")
        account_services.add_account(session, SYSTEM, new, "no password", must_change=False)
    receiver.status = 500
    (referral,) = refer(database)
    hours = 0
    while hours <= 96:
        run_jobs(database, near, hours=hours)
        hours += 6
    with database.read_session() as session:
        assert not session.get_one(Webhook, webhook).active
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == 1
    tries = len(receiver.requests)
    run_jobs(database, near, days=10)
    assert len(receiver.requests) == tries
    # Switched on again, what failed can be sent again.
    receiver.status = 200
    with database.write_session() as session, clock.override_now(NOON + timedelta(days=10)):
        services.switch_webhook(session, SYSTEM, webhook, active=True)
        assert services.resend_failed(session, SYSTEM, webhook) == 1
    run_jobs(database, near, days=10)
    assert json.loads(receiver.bodies[-1])["data"] == {"referral": referral}
    assert count_deliveries(database) == 0


def test_a_program_that_is_gone_is_switched_off_at_once(database: Database, near: Settings, receiver: Receiver) -> None:
    webhook, _secret = register(database, receiver.url)
    receiver.status = 410
    refer(database)
    run_jobs(database, near)
    with database.read_session() as session:
        assert not session.get_one(Webhook, webhook).active
    refer(database)
    run_jobs(database, near, hours=1)
    assert len(receiver.requests) == 1


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    database: Database, near: Settings, receiver: Receiver
) -> None:
    webhook, old_secret = register(database, receiver.url)
    with database.write_session() as session:
        _webhook, new_secret = services.rotate_secret(session, SYSTEM, webhook)
    assert new_secret != old_secret
    is_genuine = read_recipe()
    for hours, accepted in ((1, [True, True]), (25, [False, True])):
        refer(database)
        run_jobs(database, near, hours=hours)
        headers, body = receiver.requests[-1]
        now = (NOON + timedelta(hours=hours)).timestamp()
        assert [is_genuine(secret, headers, body, now) for secret in (old_secret, new_secret)] == accepted


@pytest.mark.parametrize("allowed", [False, True])
def test_no_address_of_the_own_network_is_reached_unless_the_settings_allow_it(
    database: Database, settings: Settings, near: Settings, receiver: Receiver, allowed: bool
) -> None:
    webhook, _secret = register(database, receiver.url)
    refer(database)
    run_jobs(database, near if allowed else settings)
    assert len(receiver.requests) == allowed
    assert [one.last_error for one in failed(database, webhook)] == ([] if allowed else ["address"])


def test_no_redirection_is_followed(database: Database, near: Settings, receiver: Receiver) -> None:
    webhook, _secret = register(database, receiver.url)
    receiver.status, receiver.location = 307, receiver.url
    refer(database)
    run_jobs(database, near)
    assert len(receiver.requests) == 1
    assert [one.last_error for one in failed(database, webhook)] == ["http-307"]


def test_a_certificate_that_nobody_knows_is_refused(
    database: Database, near: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _secret = register(database, receiver.url)
    monkeypatch.delenv("SSL_CERT_FILE")
    refer(database)
    run_jobs(database, near)
    assert receiver.requests == []
    assert [one.last_error for one in failed(database, webhook)] == ["tls"]


def test_a_program_that_never_ends_its_answer_holds_up_nobody(
    database: Database, near: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attention_point.foundation.network.outgoing_requests.post_json.__defaults__", (0.3,))
    webhook, _secret = register(database, receiver.url)
    receiver.drips = True
    for _each in range(3):
        refer(database)
    run_jobs(database, near)
    # The others wait for the next run, and keep their number of tries.
    assert [one.last_error for one in failed(database, webhook)] == ["timeout"]
    assert len(receiver.requests) == 1


def test_what_waits_for_a_removed_address_is_deleted(database: Database, near: Settings, receiver: Receiver) -> None:
    webhook, _secret = register(database, receiver.url)
    refer(database)
    run_notice_job(database, near, "every-run")
    with database.write_session() as session:
        services.remove_webhook(session, SYSTEM, webhook)
    run_jobs(database, near)
    assert (receiver.requests, count_deliveries(database)) == ([], 0)


def test_a_stored_delivery_tells_neither_address_nor_entity(
    database: Database, near: Settings, receiver: Receiver
) -> None:
    register(database, receiver.url, "comisaria-familia")
    register(database, receiver.url)
    refer(database, needs=["EMP-SENA", "VBG"])
    run_notice_job(database, replace(near), "every-run")
    with database.read_session() as session:
        rows = session.scalars(select(WebhookDelivery)).all()
        assert len({len(row.sealed) for row in rows}) == 1
        assert {(row.tries, row.last_error) for row in rows} == {(0, None)}


def test_another_entity_s_address_does_not_exist(database: Database) -> None:
    webhook, _secret = register(database, "https://example.org/a")
    stranger = Actor("account", UUID(int=1), "Ana Rojas", "entity", frozenset(), "icbf")
    with database.write_session() as session:
        assert list(queries.list_webhooks(session, stranger)) == []
        for act in (services.rotate_secret, services.remove_webhook, services.resend_failed, services.queue_ping):
            with pytest.raises(NotFound):
                act(session, stranger, webhook)


def test_a_failed_delivery_is_kept_a_month_and_no_longer(
    database: Database, near: Settings, receiver: Receiver
) -> None:
    register(database, receiver.url)
    receiver.status = 410
    refer(database)
    run_jobs(database, near)
    with database.write_session() as session:
        session.execute(update(WebhookDelivery).values(next_try_at=None))
    for days, left in ((rules.RETENTION.days - 1, 1), (rules.RETENTION.days + 1, 0)):
        run_jobs(database, near, days=days)
        assert count_deliveries(database) == left
