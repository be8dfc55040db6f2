"""An installation that an older version made goes on working: it comes up, every page opens, nothing counts as altered.

``version-0.1.0.tar.xz`` is the instance folder of an installation of that version: a demonstration of forty people with
its published months and registers, and in every room a record with only its required fields. Its people are invented;
its keyring opens nothing else.
"""

import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from attention_point.command_line import main
from attention_point.dates import parse_period_code
from attention_point.foundation.access import ROLES
from attention_point.foundation.settings import ENVIRONMENT_PREFIX, read_settings
from attention_point.intake.models import VOID, Visit
from attention_point.intake.queries import find_visit_by_code, reveal_slip_code
from attention_point.statistics.open_data.public_files import DRAWING
from attention_point.tallies.queries import sum_period_tables
from tests.accounts.support import token_of
from tests.crawl.crawling import Crawl
from tests.crawl.populations import TYPED, ids_of
from tests.portal.support import browser
from tests.support.application import composed
from tests.support.pages import PageClient

ARCHIVE = Path(__file__).with_name("version-0.1.0.tar.xz")
EVERYBODY = ("nobody", *ROLES)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The older instance after ``init``."""
    folder = tmp_path_factory.mktemp("older")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"{ENVIRONMENT_PREFIX}INSTANCE", str(folder))
        brought_up = CliRunner().invoke(main, ["init"])
        assert brought_up.exit_code == 0, brought_up.output
        yield folder


@pytest.fixture
def older_app(instance: Path) -> Iterator[Flask]:
    """The application over the older instance."""
    environment = {"INSTANCE": str(instance), "SECOND_FACTOR": "optional"}
    with composed(read_settings({f"{ENVIRONMENT_PREFIX}{name}": value for name, value in environment.items()})) as app:
        yield app


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize("command", [("journal", "verify"), ("statistics", "verify"), ("jobs", "run")])
def test_what_the_older_version_stored_is_found_whole(command: tuple[str, ...]) -> None:
    checked = CliRunner().invoke(main, command)
    assert checked.exit_code == 0, checked.output


def test_public_files_that_the_older_version_drew_count_as_nothing_and_go(instance: Path) -> None:
    assert CliRunner().invoke(main, ["jobs", "run"]).exit_code == 0
    suffix = f"-d{DRAWING}.pdf"
    drawn = sorted((instance / "open-data").glob(f"*{suffix}"))
    assert drawn
    older = [path.rename(path.with_name(path.name.replace(suffix, ".pdf"))) for path in drawn]
    for path in older:
        path.write_bytes(b"drawn by the older version")
    checked = CliRunner().invoke(main, ["statistics", "verify"])
    assert checked.exit_code == 0, checked.output
    assert CliRunner().invoke(main, ["jobs", "run"]).exit_code == 0
    assert all(path.exists() for path in drawn)
    assert not any(path.exists() for path in older)


@pytest.fixture(scope="module")
def drawn() -> set[str]:
    """The files of the older instance that a role has got."""
    return set()


def test_slips_of_the_older_version_lead_to_their_visits_and_their_codes_are_hidden(
    older_app: Flask, tmp_path: Path
) -> None:
    with tarfile.open(ARCHIVE) as archive:
        (name,) = [name for name in archive.getnames() if name.endswith("attention-point.db")]
        archive.extract(name, tmp_path, filter="data")
    with closing(sqlite3.connect(tmp_path / name)) as older:
        codes = {UUID(row_id): code for row_id, code in older.execute("SELECT id, code FROM visit")}
    assert len(codes) >= 40
    with older_app.extensions["database"].read_session() as session:
        assert {visit: find_visit_by_code(session, code) for visit, code in codes.items()} == {
            visit: visit for visit in codes
        }
        assert not {*codes.values()} & {*session.scalars(select(Visit.hidden_code))}
        assert {row.id: reveal_slip_code(session, row) for row in session.scalars(select(Visit))} == codes


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_page_of_the_older_instance_opens(older_app: Flask, drawn: set[str], role: str) -> None:
    database = older_app.extensions["database"]

    def sign_in() -> tuple[PageClient, dict[str, str]]:
        client = (
            browser(older_app, role, "sena" if role == "entity" else None) if role in ROLES else PageClient(older_app)
        )
        return client, {"X-CSRFToken": token_of(client.get("/account" if role in ROLES else "/sign-in"))}

    walk = Crawl(older_app, role, sign_in, ids_of(database), TYPED, ("/",), refusals=False, drawn=drawn)
    walk.open_pages()
    assert walk.faults == [], "\n" + "\n".join(map(str, walk.faults))
    assert len(walk.opened) > (10 if role == "nobody" else 30)


def test_a_recount_counts_the_people_of_its_quarters_and_years_once(older_app: Flask) -> None:
    periods = [parse_period_code(code) for code in ("2017-Q3", "2026-Q3", "2026-Q4", "2017", "2026")]
    rebuilt = CliRunner().invoke(main, ["statistics", "rebuild"])
    assert rebuilt.exit_code == 0, rebuilt.output
    with older_app.extensions["database"].read_session() as session:
        for period in periods:
            query = select(func.count(Visit.person_id.distinct())).where(
                Visit.day >= period.first_day, Visit.day < period.end_day, Visit.state != VOID
            )
            counted = sum(sum_period_tables(session, period)["people-by-sex-and-age"].values())
            assert counted == session.scalar(query), period.code
    assert "rebuild" not in CliRunner().invoke(main, ["statistics", "verify"]).output
