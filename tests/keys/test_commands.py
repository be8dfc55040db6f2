"""The commands of the keys: what they say, what they refuse, and that a refusal changes nothing."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from attention_point.app import open_database_of
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.language import in_language
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Keyring
from attention_point.keys import checks, services
from attention_point.keys.commands import keys_commands
from attention_point.people.models import Person
from tests.support.visits import recorded

Run = Callable[..., Result]


@pytest.fixture
def run(own_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the test's installation."""
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(own_settings.instance))
    monkeypatch.setenv("ATTENTION_POINT_DATABASE_URL", own_settings.database_url)

    def run_command(*arguments: str) -> Result:
        with in_language("en"):
            return CliRunner().invoke(keys_commands, arguments, obj=lambda: open_database_of(own_settings))

    return run_command


def test_rotating_and_removing_says_what_it_did(run: Run, opened: Database, own_settings: Settings) -> None:
    with opened.write_session() as session:
        recorded(session)
    assert "version 1, in use\n    keys of people: 1\n" in run("status").output
    rotated = run("rotate", "wrap", "index")
    assert (rotated.exit_code, "keys of people: 1 renewed." in rotated.output) == (0, True)
    status = run("status").output
    assert "version 1, old\n  version 2, in use since" in status
    early = run("remove", "wrap", "1")
    assert (early.exit_code, "within the last hour" in early.output) == (1, True)
    with clock.override_now(clock.now() + timedelta(days=100)):
        advice = list(checks.check_keys(opened, own_settings))
        assert [finding.partition(":")[0] for finding in advice] == ["Ya se puede retirar una clave vieja"] * 2
        assert run("remove", "wrap", "1").exit_code == 0
    again = run("remove", "wrap", "1")
    assert (again.exit_code, "has no version 1" in again.output) == (1, True)


def test_a_derived_key_waits_a_month_for_what_was_signed(run: Run) -> None:
    assert run("rotate", "derive").exit_code == 0
    with clock.override_now(clock.now() + timedelta(days=2)):
        early = run("remove", "derive", "1")
        assert (early.exit_code, "within 30 days" in early.output) == (1, True)
        assert run("remove", "derive", "1", "--now").exit_code == 0


def test_a_record_that_does_not_open_keeps_its_key(run: Run, opened: Database, own_settings: Settings) -> None:
    with opened.write_session() as session:
        recorded(session)
        recorded(session)
        damaged = session.query(Person).first()
        assert damaged is not None
        damaged.wrapped_key = b"\x02" + bytes(60)
    rotated = run("rotate", "wrap")
    assert (rotated.exit_code, "1 renewed" in rotated.output, "1 do not open" in rotated.output) == (1, True, True)
    # It keeps nobody from another version, when the key was seen by somebody, say.
    resumed = run("rotate", "wrap", "--resume")
    assert (resumed.exit_code, "is in use" in resumed.output, "1 do not open" in resumed.output) == (1, False, True)
    assert "wrap: version 3 is in use" in run("rotate", "wrap").output
    before = own_settings.keyring.read_bytes()
    with clock.override_now(clock.now() + timedelta(hours=2)):
        refused = run("remove", "wrap", "1")
    assert (refused.exit_code, "1 rows still stand" in refused.output) == (1, True)
    assert own_settings.keyring.read_bytes() == before


def test_an_interrupted_rotation_of_all_keys_goes_on_at_the_one_that_waits(
    run: Run, opened: Database, own_settings: Settings
) -> None:
    with opened.write_session() as session:
        recorded(session)
    assert run("rotate", "wrap").exit_code == 0
    services.begin_rotation(opened, own_settings.keyring, "index")  # and killed
    for _time, version in (("goes on", 2), ("once more", 3)):
        rotated = run("rotate")
        assert (rotated.exit_code, f"index: version {version} is in use" in rotated.output) == (0, True)
        keyring = Keyring.load(own_settings.keyring)
        assert (keyring.wrap.current, keyring.derive.current) == (version, version)


def test_a_prepared_version_is_used_by_the_next_rotation(run: Run, own_settings: Settings) -> None:
    assert run("rotate", "--prepare").exit_code == 0
    prepared = Keyring.load(own_settings.keyring)
    assert (prepared.wrap.current, sorted(prepared.wrap.keys)) == (1, [1, 2])
    assert run("rotate", "wrap").exit_code == 0
    rotated = Keyring.load(own_settings.keyring)
    assert (rotated.wrap.current, rotated.wrap.keys) == (2, prepared.wrap.keys)


def test_a_copy_of_before_a_rotation_is_refused_before_it_makes_another_key_of_the_version(
    run: Run, opened: Database, own_settings: Settings
) -> None:
    for kind in ("index", "wrap"):  # while nobody is on file, and with somebody
        before = own_settings.keyring.read_bytes()
        assert run("rotate", kind).exit_code == 0
        rotated = own_settings.keyring.read_bytes()
        with opened.write_session() as session:
            recorded(session)
        own_settings.keyring.write_bytes(before)
        refused = run("rotate", "wrap")
        assert (refused.exit_code, "copy of before the keys were rotated" in refused.output) == (1, True)
        assert own_settings.keyring.read_bytes() == before
        own_settings.keyring.write_bytes(rotated)


def test_no_key_of_an_older_database_changes(run: Run, opened: Database, own_settings: Settings) -> None:
    with opened.write_session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0057'"))
    before = own_settings.keyring.read_bytes()
    for arguments in (["status"], ["rotate"], ["remove", "wrap", "1"]):
        refused = run(*arguments)
        assert (refused.exit_code, "run 'attention-point init' first" in refused.output) == (1, True)
    assert own_settings.keyring.read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "open", "other format"])
def test_a_bad_keyring_is_refused_and_nothing_changes(run: Run, own_settings: Settings, damage: str) -> None:
    path = own_settings.keyring
    if damage == "open":
        path.chmod(0o644)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    else:
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": 9}))
    before = path.read_bytes()
    for arguments in (["status"], ["rotate"], ["remove", "wrap", "1"], ["split", "a", "b"]):
        assert run(*arguments).exit_code == 1
    assert path.read_bytes() == before


def test_two_shares_make_the_keyring_again(run: Run, own_settings: Settings, tmp_path: Path) -> None:
    first, second = str(tmp_path / "share-1.txt"), str(tmp_path / "share-2.txt")
    assert run("split", first, second).exit_code == 0
    assert run("split", first, second).exit_code == 1  # a share is never overwritten
    drill = run("join", second, first, "--check")
    assert (drill.exit_code, drill.output) == (0, "The two shares make the keyring in use.\n")
    assert checks.find_last_drill(own_settings) is not None
    refused = run("join", first, second)
    assert (refused.exit_code, "already exists" in refused.output) == (1, True)
    content = own_settings.keyring.read_bytes()
    own_settings.keyring.unlink()
    assert run("join", first, second).exit_code == 0
    assert own_settings.keyring.read_bytes() == content
    assert run("rotate", "wrap").exit_code == 0
    stale = run("join", first, second, "--check")
    assert (stale.exit_code, "before a rotation" in stale.output) == (1, True)
