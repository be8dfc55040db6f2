"""Forms that are not saved: sealed, opened by their agent alone, bounded in size, number and age."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM, Actor, get_permissions
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Conflict, NotFound
from attention_point.foundation.jobs import EVERY_RUN
from attention_point.foundation.vault import Keyring, Vault
from attention_point.foundation.vault.key_changes import remove_version, rotate_version
from attention_point.intake import form_drafts
from attention_point.intake.feature import intake
from attention_point.intake.models import FormDraft
from tests.accounts.support import Clock, add_account
from tests.support.damage import damage
from tests.support.visits import recorded

TYPED = [("given_names", "Canaria-Zulimar"), ("needs", "VBG"), ("needs", "MIG-REG"), ("notes", "a\r\nb"), ("sex", "")]
AddAgent = Callable[[str], Actor]


@pytest.fixture
def add_agent(database: Database) -> AddAgent:
    """Adds an agent and gives the actor."""

    def add(name: str) -> Actor:
        account_id = add_account(database, f"{name}@example.org")
        return Actor("account", account_id, name, "agent", get_permissions("agent"))

    return add


def save(database: Database, actor: Actor, fields: form_drafts.Fields = TYPED, kind: str = "visit") -> UUID:
    """Keep a form, and give its id."""
    draft_id = new_id()
    with database.write_session() as session:
        form_drafts.save_form_draft(session, actor, draft_id, fields, kind)
    return draft_id


def read(database: Database, actor: Actor, draft_id: UUID, kind: str = "visit") -> form_drafts.Fields:
    """What is kept."""
    with database.read_session() as session:
        return form_drafts.read_form_draft(session, actor, draft_id, kind)


def list_ids(database: Database, actor: Actor) -> list[UUID]:
    """The ids of the forms that are offered to the agent."""
    with database.read_session() as session:
        return [draft.id for draft in form_drafts.list_form_drafts(session, actor)]


def stored(database: Database, draft_id: UUID) -> bytes:
    """The sealed bytes of a row."""
    with database.read_session() as session:
        return bytes(session.scalars(select(FormDraft.sealed).where(FormDraft.id == draft_id)).one())


def test_a_form_is_its_agent_s_alone(database: Database, add_agent: AddAgent) -> None:
    ana, luz = add_agent("ana"), add_agent("luz")
    draft_id = save(database, ana)
    assert read(database, ana, draft_id) == TYPED
    assert (list_ids(database, ana), list_ids(database, luz)) == ([draft_id], [])
    for stranger in (luz, SYSTEM):
        with pytest.raises(NotFound):
            read(database, stranger, draft_id)
    with pytest.raises(NotFound), database.write_session() as session:
        form_drafts.save_form_draft(session, luz, draft_id, [("notes", "x")])
    with database.write_session() as session:
        form_drafts.delete_form_draft(session, luz, draft_id)
    assert read(database, ana, draft_id) == TYPED
    with database.write_session() as session:
        form_drafts.save_form_draft(session, ana, draft_id, [("notes", "x")])
    assert read(database, ana, draft_id) == [("notes", "x")]
    with database.write_session() as session:
        form_drafts.delete_form_draft(session, ana, draft_id)
    assert list_ids(database, ana) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_stolen_copies_show_neither_words_nor_lengths(database: Database, add_agent: AddAgent) -> None:
    ana = add_agent("ana")
    nothing, something = save(database, ana, []), save(database, ana, [*TYPED, ("notes", "x" * 1900)])
    assert len(stored(database, nothing)) == len(stored(database, something))
    assert b"Canaria" not in stored(database, something)
    before = stored(database, something)
    with database.write_session() as session:
        form_drafts.save_form_draft(session, ana, something, [*TYPED, ("notes", "x" * 1900)])
    assert stored(database, something) != before  # whether anything was changed does not show either


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=2000)), max_size=20))
def test_what_is_sealed_is_padded_to_a_power_of_two(fields: form_drafts.Fields) -> None:
    content = form_drafts._encode_fields(SYSTEM, fields)
    assert len(content) >= form_drafts.SMALLEST_SIZE
    assert len(content).bit_count() == 1


def test_more_than_can_be_kept_is_refused(database: Database, add_agent: AddAgent) -> None:
    ana = add_agent("ana")
    draft_id = save(database, ana)
    with pytest.raises(form_drafts.TooLarge), database.write_session() as session:
        form_drafts.save_form_draft(session, ana, draft_id, [("notes", "ñ" * form_drafts.MAXIMUM_SIZE)])
    assert read(database, ana, draft_id) == TYPED


def test_a_row_that_was_given_to_somebody_else_does_not_open(database: Database, add_agent: AddAgent) -> None:
    ana, luz = add_agent("ana"), add_agent("luz")
    first, second = save(database, ana), save(database, luz, [("notes", "b")])
    with database.write_session() as session:
        session.execute(update(FormDraft).where(FormDraft.id == first).values(user_id=luz.id))
        session.execute(update(FormDraft).where(FormDraft.id == second).values(sealed=stored(database, first)))
    for draft_id in (first, second):
        with pytest.raises(form_drafts.DamagedDraft):
            read(database, luz, draft_id)


def test_a_form_that_does_not_open_can_be_deleted(database: Database, add_agent: AddAgent) -> None:
    ana = add_agent("ana")
    draft_id = save(database, ana)
    damage(database, FormDraft.sealed, draft_id)
    with pytest.raises(form_drafts.DamagedDraft):
        read(database, ana, draft_id)
    assert list_ids(database, ana) == [draft_id]
    with database.write_session() as session:
        form_drafts.delete_form_draft(session, ana, draft_id)
    assert list_ids(database, ana) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_forms_outlive_a_new_key_and_not_the_loss_of_theirs(database: Database, add_agent: AddAgent) -> None:
    ana, old_vault = add_agent("ana"), database.info["vault"]
    keyring = Keyring.generate()
    rotated = rotate_version(keyring, "wrap", clock.now())
    database.info["vault"] = Vault(keyring)
    draft_id = save(database, ana)
    database.info["vault"] = Vault(rotated)
    assert read(database, ana, draft_id) == TYPED
    database.info["vault"] = Vault(remove_version(rotated, "wrap", 1))
    with pytest.raises(form_drafts.DamagedDraft):
        read(database, ana, draft_id)
    database.info["vault"] = old_vault


def test_the_oldest_form_gives_way_and_searches_have_their_own_number(
    database: Database, add_agent: AddAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, luz, time = add_agent("ana"), add_agent("luz"), Clock()
    monkeypatch.setattr(clock, "now", time)
    hers = save(database, luz)
    ids = []
    for _number in range(21):
        time.pass_by(seconds=1)
        ids.append(save(database, ana))
    for _number in range(7):
        time.pass_by(seconds=1)
        search = save(database, ana, [("name", "Yohana")], "search")
    assert list_ids(database, ana) == ids[:0:-1]
    assert list_ids(database, luz) == [hers]
    assert read(database, ana, search, "search") == [("name", "Yohana")]
    with pytest.raises(NotFound):
        read(database, ana, search)
    with database.read_session() as session:
        assert session.query(FormDraft).where(FormDraft.kind == "search").count() == 5


@pytest.mark.parametrize("passing", [timedelta(hours=25), timedelta(days=-2)], ids=["a day later", "a wrong clock"])
def test_a_form_lives_for_a_day(
    app: Flask, database: Database, add_agent: AddAgent, monkeypatch: pytest.MonkeyPatch, passing: timedelta
) -> None:
    ana, time = add_agent("ana"), Clock()
    monkeypatch.setattr(clock, "now", time)
    draft_id = save(database, ana)
    (job,) = [job for job in intake.jobs if job.name == "form-drafts"]
    settings = app.extensions["settings"]
    time.pass_by(hours=23)
    job.run(database, settings, EVERY_RUN)
    assert list_ids(database, ana) == [draft_id]
    time.pass_by(hours=-23)
    time.pass_by(seconds=passing.total_seconds())
    assert list_ids(database, ana) == []
    with pytest.raises(NotFound):
        read(database, ana, draft_id)
    job.run(database, settings, EVERY_RUN)
    with database.read_session() as session:
        assert session.query(FormDraft).count() == 0


def test_a_form_of_a_recorded_visit_is_not_kept_again(database: Database, add_agent: AddAgent) -> None:
    ana = add_agent("ana")
    with database.write_session() as session:
        visit = UUID(recorded(session)["id"])
    with pytest.raises(Conflict), database.write_session() as session:
        form_drafts.save_form_draft(session, ana, visit, TYPED)
    assert list_ids(database, ana) == []
