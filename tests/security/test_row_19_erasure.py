"""Row 19: erasure. The person's own key is destroyed, also after an older backup is restored; the counts stay."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from attention_point.backups.commands import backup_commands
from attention_point.backups.services import create_backup
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import NotFound
from attention_point.foundation.private_files import (
    ERASURE_LIST_FILE,
    REVOCATION_LIST_FILE,
    UNREADABLE_REVOCATIONS_FILE,
)
from attention_point.foundation.settings import Settings
from attention_point.intake.models import Visit
from attention_point.people import records
from attention_point.people.claim_marks import revocation_list
from attention_point.people.claim_marks.kept_revocations import keep_revocations
from attention_point.people.claim_marks.revocations import map_revocations, store_revocation
from attention_point.people.erasure import erasure_list, proof, repeating, services
from attention_point.people.models import Person
from attention_point.referrals.follow_up.recalls import list_recalls
from attention_point.rights.upkeep import check_kept_revocations
from attention_point.statistics.releases.period_counts import recount_all_visits
from attention_point.tallies.queries import list_differences
from tests.support.visits import acting

SUPERVISOR = acting("supervisor")


def restore(database: Database, target: Settings, *words: str) -> tuple[int, str]:
    """Call the command that restores, as an operator does. Gives its status and its words."""
    environment = {f"ATTENTION_POINT_{name}": str(getattr(target, name.lower())) for name in ("INSTANCE", "KEYRING")}
    environment["ATTENTION_POINT_DATABASE_URL"] = target.database_url
    called = CliRunner(env=environment).invoke(
        backup_commands, ["restore", *words], obj=lambda: Database(target.database_url, database.info)
    )
    return called.exit_code, called.output


def list_asked(database: Database) -> set[Any]:
    """Which entities are asked to erase what they keep, and of which referrals."""
    with database.read_session() as session:
        return {(recall.entity, recall.referral_id) for recall in list_recalls(session)}


def list_readable(database: Database) -> set[Any]:
    with database.read_session() as session:
        return set(session.scalars(select(Person.id).where(Person.wrapped_key.is_not(None))))


def test_an_older_backup_and_the_list_bring_nobody_back(
    database: Database, running: Settings, empty: Settings, identity_file: Path, tmp_path: Path
) -> None:
    database.info[erasure_list.SESSION_KEY] = own_list = tmp_path / ERASURE_LIST_FILE
    everybody = list_readable(database)
    erased = set(sorted(everybody)[:2])
    create_backup(database, running, tmp_path / "older.age")
    with database.read_session() as session:
        traces = proof.collect_traces(session, sorted(erased))
    # Who took a consent back since the backup, and another one who was erased after that.
    taken_back = sorted(everybody - erased)[0]
    kept_list = empty.keyring.with_name(REVOCATION_LIST_FILE)
    database.info[revocation_list.SESSION_KEY] = kept_list
    for person_id in (taken_back, *erased):
        with database.write_session() as session:
            store_revocation(session, new_id(), person_id, ["referral:*"], date(2026, 11, 30))
    with database.write_session() as session:
        store_revocation(session, new_id(), min(everybody - erased - {taken_back}), ["attention"], date(2026, 11, 30))
        session.rollback()
    assert len(kept_list.read_bytes().splitlines()) == 3, "each as soon as it was committed, and no other"
    kept_list.write_bytes(kept_list.read_bytes() + b"a damaged line")
    for person_id in sorted(erased):
        with database.write_session() as session:
            services.erase_person(session, SUPERVISOR, person_id, "claim")
    found = proof.prove_erasure(database, sorted(erased), traces)
    assert (found.is_nothing_left, found.people, len(traces)) == (True, 2, 2)
    if database.is_sqlite:
        file = Path(str(database.url.database))
        content = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
        assert found.searched_bytes > 0
        assert not any(trace in content for trace in traces)

    arguments = (str(tmp_path / "older.age"), "--identity", str(identity_file), "--erased", str(own_list))
    status, words = restore(database, empty, *arguments)
    assert (status, "Se borró otra vez a 2 personas." in words) == (0, True), words
    assert "Se retiró otra vez 1 autorización." in words
    with closing(Database(empty.database_url, database.info)) as restored:
        assert list_readable(restored) == everybody - erased
        with restored.read_session() as session:
            assert set(map_revocations(session, everybody)) == {taken_back}
        assert keep_revocations(restored, kept_list) == 0
        # The erased have left it; what does not open stands apart, for another keyring may open it, and is said.
        unreadable_list = kept_list.with_name(UNREADABLE_REVOCATIONS_FILE)
        [kept_line] = kept_list.read_bytes().splitlines()
        assert unreadable_list.read_bytes() == b"a damaged line\n"
        assert "1 línea de «taken-back-consents» no abre" in next(iter(check_kept_revocations(restored, empty)))
        unreadable_list.write_bytes(kept_line)
        kept_list.unlink()
        assert keep_revocations(restored, kept_list) == 0
        assert (len(kept_list.read_bytes().splitlines()), unreadable_list.exists()) == (1, False), "it opens again"
        assert list_asked(restored) == list_asked(database) != set(), "the older backup did not know of it"
        with restored.read_session() as session:
            for person_id in erased:
                with pytest.raises(NotFound):
                    records.view_person(session, SUPERVISOR, person_id, "erasure")
                note = services.find_note(session, person_id)
                assert note is not None
                assert note.ground == "claim"
            assert not session.scalars(
                select(Visit.id).where(Visit.person_id.in_(erased), Visit.sealed.is_not(None))
            ).all()
            assert list_differences(session, recount_all_visits(session, lambda facts: facts)) == []
        if database.is_sqlite:
            content = b"".join(path.read_bytes() for path in empty.instance.iterdir() if path.is_file())
            assert not any(trace in content for trace in traces), "the key is nowhere in the restored files"


def test_a_list_that_was_altered_or_is_of_another_installation_is_refused(
    database: Database, running: Settings, empty: Settings, identity_file: Path, tmp_path: Path
) -> None:
    database.info[erasure_list.SESSION_KEY] = own_list = tmp_path / ERASURE_LIST_FILE
    person_id, other_id = sorted(list_readable(database))[:2]
    create_backup(database, running, tmp_path / "older.age")
    with database.write_session() as session:
        services.erase_person(session, SUPERVISOR, person_id, "claim")
    # Somebody names another person: the sealed note is bound to whom it was written for.
    own_list.write_bytes(own_list.read_bytes().replace(str(person_id).encode(), str(other_id).encode()))
    arguments = (str(tmp_path / "older.age"), "--identity", str(identity_file), "--erased", str(own_list))
    status, words = restore(database, empty, *arguments)
    assert (status, "línea 1" in words) == (1, True), words
    assert {path.name for path in empty.instance.iterdir()} == {"keyring.json"}


def test_a_copy_that_came_back_by_another_way_is_noticed_and_erased_again(
    database: Database, running: Settings, tmp_path: Path
) -> None:
    # Somebody puts yesterday's database file in place, past the program.
    database.info[erasure_list.SESSION_KEY] = tmp_path / ERASURE_LIST_FILE
    person_id = min(list_readable(database))
    row = select(Person.wrapped_key, Person.sealed, Person.key_version).where(Person.id == person_id)
    with database.read_session() as session:
        values = session.execute(row).one()._asdict()
    with database.write_session() as session:
        services.erase_person(session, SUPERVISOR, person_id, "claim")
    with database.write_session() as session:
        session.execute(update(Person).where(Person.id == person_id).values(**values, erased_at=None))
    assert len(list(repeating.check_erasures(database, running))) == 1
    repeating.complete_list(database, running, "every-run")
    assert person_id not in list_readable(database)
    if database.is_sqlite:
        file = Path(str(database.url.database))
        content = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
        assert values["wrapped_key"] not in content, "the job empties the log"
    assert list(repeating.check_erasures(database, running)) == []
    # What a full disk kept out of the list is listed later.
    (tmp_path / ERASURE_LIST_FILE).unlink()
    assert len(list(repeating.check_erasures(database, running))) == 1
    repeating.complete_list(database, running, "every-run")
    assert set(erasure_list.read_listed_ids(tmp_path / ERASURE_LIST_FILE)) == {person_id}
