"""Who was on file before a version with further tags gets them by the job, which goes on where it stopped."""

import pytest
from sqlalchemy import delete, func, select

from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.people.models import Person, PersonTag, PersonTagRebuild
from attention_point.people.search import tag_rebuild
from attention_point.people.search.index_keeper import SESSION_KEY
from attention_point.people.search.people_search import TAGS_INCOMPLETE
from tests.support.directory import load_shipped
from tests.support.searching import ids, searched
from tests.support.visits import person, recorded

OLD_KINDS = (1, 2)


def count_tags(database: Database) -> int:
    """How many tags there are."""
    with database.read_session() as session:
        return session.scalar(select(func.count()).select_from(PersonTag)) or 0


@pytest.fixture
def older(database: Database) -> Database:
    """Five people as a version without the new tags left them; names in memory are off."""
    del database.info[SESSION_KEY]
    with database.write_session() as session:
        load_shipped(session)
        for number in range(5):
            recorded(session, person=person(phone=f"+57 310 555010{number}"))
        session.execute(delete(PersonTag).where(PersonTag.kind.not_in(OLD_KINDS)))
        session.add(PersonTagRebuild(version=tag_rebuild.TAG_VERSION))
    return database


def test_until_it_is_done_the_search_does_not_say_nobody(older: Database, settings: Settings) -> None:
    for typed in ("3105550103", "Yohana Velásquez"):
        with older.read_session() as session:
            result = searched(session, typed)
            assert ids(result) == []
            assert TAGS_INCOMPLETE in result.unasked
    tag_rebuild.rebuild_tags(older, settings, "tags-2")
    with older.read_session() as session:
        assert tag_rebuild.is_complete(session)
        assert len(ids(searched(session, "3105550103"))) == 1
        assert len(ids(searched(session, "Patricia Velásquez"))) == 5


def test_it_goes_on_where_it_stopped(older: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_rebuild, "BATCH_SIZE", 2)
    missing = count_tags(older)
    assert tag_rebuild._rebuild_batch(older)
    assert missing < (after_one := count_tags(older))
    tag_rebuild.rebuild_tags(older, settings, "tags-2")
    complete = count_tags(older)
    assert complete - missing == (after_one - missing) // 2 * 5
    tag_rebuild.rebuild_tags(older, settings, "tags-2")
    assert count_tags(older) == complete


def test_a_record_that_does_not_open_stops_nobody(older: Database, settings: Settings) -> None:
    with older.write_session() as session:
        first = session.scalars(select(Person).order_by(Person.id)).first()
        assert first is not None
        first.sealed = b"no seal"
    tag_rebuild.rebuild_tags(older, settings, "tags-2")
    with older.read_session() as session:
        assert tag_rebuild.is_complete(session)
        assert len(ids(searched(session, "3105550103"))) == 1
