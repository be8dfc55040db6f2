"""Notices: queued with what they are about, sealed, and taken once."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.database import Database, new_id
from attention_point.referrals import notices, services
from attention_point.referrals.models import ReferralNotice
from tests.support.visits import recorded


def waiting(database: Database) -> list[notices.Notice]:
    with database.write_session() as session:
        return notices.take_notices(session)


def test_a_visit_tells_each_entity_of_its_referrals_and_once(database: Database) -> None:
    with database.write_session() as session:
        answer = recorded(session, needs=["MIG-REG", "EMP-SENA", "VBG"])
    expected = {(referral["entity"], referral["id"]) for referral in answer["referrals"]}
    taken = waiting(database)
    assert {(notice.entity, str(referral)) for notice in taken for referral in notice.referral_ids} == expected
    assert {notice.kind for notice in taken} == {"new"}
    assert waiting(database) == []


def test_a_withdrawal_is_told_and_what_is_rolled_back_is_not(database: Database) -> None:
    with database.write_session() as session:
        answer = recorded(session, needs=["EMP-SENA"])
    waiting(database)
    referral = UUID(answer["referrals"][0]["id"])
    withdrawal = services.Answer("withdrawn", 1, "Ya no la necesita")
    with pytest.raises(RuntimeError), database.write_session() as session:
        services.answer_for_desk(session, SYSTEM, referral, withdrawal)
        raise RuntimeError
    assert waiting(database) == []
    for _again in range(2):
        with database.write_session() as session:
            services.answer_for_desk(session, SYSTEM, referral, withdrawal)
    assert [(notice.kind, notice.entity, notice.referral_ids) for notice in waiting(database)] == [
        ("withdrawn", "sena", (referral,))
    ]


def test_a_stored_notice_tells_nothing_not_even_by_its_size(database: Database) -> None:
    with database.write_session() as session:
        for entity in ("icbf", "comisaria-familia"):
            notices.queue_notice(session, "new", entity, [new_id()])
        session.flush()
        rows = session.scalars(select(ReferralNotice.sealed)).all()
        assert len({len(sealed) for sealed in rows}) == 1
        assert not any(word in sealed for sealed in rows for word in (b"icbf", b"comisaria", b"new"))
        session.execute(delete(ReferralNotice))


def test_a_damaged_notice_is_noted_and_holds_up_no_other(database: Database) -> None:
    with database.write_session() as session:
        notices.queue_notice(session, "message", "sena", [new_id()])
        session.execute(ReferralNotice.__table__.update().values(sealed=b"\0" * 80))
        notices.queue_notice(session, "reminder", "icbf", [new_id()])
    with database.write_session() as session:
        assert [notice.kind for notice in notices.take_notices(session)] == ["reminder"]
        assert len(list_noted_damage(session)) == 1
        assert notices.take_notices(session) == []


def test_no_other_kind_and_nothing_about_nothing(database: Database) -> None:
    with database.write_session() as session:
        with pytest.raises(ValueError, match="kind"):
            notices.queue_notice(session, "gossip", "sena", [new_id()])  # type: ignore[arg-type]
        notices.queue_notice(session, "new", "sena", [])
        assert notices.take_notices(session) == []


@given(st.text(alphabet="abc-", min_size=1, max_size=40), st.integers(1, 60))
def test_every_row_is_a_multiple_of_the_padding(entity: str, count: int) -> None:
    content = {"kind": "new", "entity": entity, "referrals": [new_id().hex for _each in range(count)]}
    padded = notices.pad_content(content)
    assert len(padded) % notices.PADDED_BYTES == 0
    assert json.loads(padded) == content


def test_the_moment_is_that_of_the_queueing(database: Database) -> None:
    with database.write_session() as session:
        notices.queue_notice(session, "new", "sena", [new_id()])
    (notice,) = waiting(database)
    assert abs(clock.now() - notice.at) < timedelta(minutes=1)
