"""``docs/journal.md``: its example's numbers are right, and its lines of Python check a real export."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from attention_point.foundation import journal, paths
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal.chain import GENESIS_HASH, canonical_content, keyed_hash
from attention_point.foundation.journal.verification.keyed_start import mark_keyed_start
from attention_point.foundation.journal_pages.commands import journal_commands
from attention_point.foundation.vault import Vault
from tests.foundation.journal.support import tamper, write_unkeyed

DOCUMENT = (paths.PROJECT_FOLDER / "docs" / "journal.md").read_text(encoding="utf-8")


class KnownKey(Vault):
    """A vault whose secret is that of the example."""

    def __init__(self) -> None:
        self._secret = lambda _purpose, _version: bytes(range(32))  # type: ignore[assignment]
        self.derive_version = 1


def test_the_example_is_right() -> None:
    contents = re.findall(r"```json\n(\[.*\])\n```", DOCUMENT)
    hashes = re.findall(r"```\n([0-9a-f]{64})\n```", DOCUMENT)
    assert (len(contents), len(hashes)) == (2, 2)
    assert bytes(range(32)).hex() in DOCUMENT
    before = GENESIS_HASH
    for content, written in zip(contents, hashes, strict=True):
        seq, at, *said = json.loads(content)
        encoded = canonical_content(seq, datetime.fromisoformat(at), *said)
        assert encoded == content.encode()
        before = keyed_hash(KnownKey(), before, encoded)
        assert before.hex() == written


@pytest.fixture(scope="module")
def check() -> Any:
    """The document's own lines."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    names: dict[str, Any] = {"__name__": "document"}
    exec(compile(code, "docs/journal.md", "exec"), names)
    return names["check"]


@pytest.fixture
def exported(database: Database, vault: Vault, tmp_path: Path) -> Path:
    """The export of a journal that began without a key."""
    write_unkeyed(database, 2)
    mark_keyed_start(database, tmp_path / "journal-heads")
    with database.write_session() as session:
        journal.record(
            session, SYSTEM, "test.write", "thing", 'ñ\n"', fields=["á", "\x7f"], count=3, none=None, yes=True
        )
    return export(database, vault, tmp_path / "journal.jsonl")


def export(database: Database, vault: Vault, target: Path) -> Path:
    url = database.url.render_as_string(hide_password=False)
    done = CliRunner().invoke(journal_commands, ["export", str(target)], obj=lambda: Database(url, {"vault": vault}))
    assert done.exit_code == 0
    return target


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the document leaves closing its files to the end
def test_its_lines_check_an_export(
    check: Any, exported: Path, keyring_path: Path, database: Database, vault: Vault, tmp_path: Path
) -> None:
    heads = tmp_path / "journal-heads"
    assert check(exported, keyring_path) == "5 entries hold"
    assert check(exported, keyring_path, heads) == "5 entries hold"
    heads.write_text(f"3 {'ab' * 32}\n", encoding="ascii")
    assert check(exported, keyring_path, heads) == "entry 3 is not the one whose head was kept"
    tamper(database, "UPDATE journal_entry SET subject_id = 'x' WHERE seq = 4")
    assert check(export(database, vault, tmp_path / "altered"), keyring_path) == "entry 4 does not hold"
