"""Heads kept outside: as lines, or as the released months that anybody has."""

import json
from pathlib import Path

import pytest

from attention_point.foundation.errors import AppError
from attention_point.foundation.journal.verification.head_files import ChainHead, read_heads

HASH, OTHER = "ab" * 32, "01" * 32


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        (f"5 {HASH}\n", [ChainHead(5, HASH)]),
        (f"# kept by the auditor\n\n5 {HASH}\r\n 12\t{OTHER.upper()} \n", [ChainHead(5, HASH), ChainHead(12, OTHER)]),
        (f"{HASH}\n", [ChainHead(None, HASH)]),
        (f"\ufeff5 {HASH}", [ChainHead(5, HASH)]),
        (json.dumps({"month": "2017-09", "journal_head": HASH}), [ChainHead(None, HASH)]),
        (
            json.dumps([{"journal_head": HASH}, {"journal_head": OTHER}], indent=1),
            [ChainHead(None, HASH), ChainHead(None, OTHER)],
        ),
    ],
)
def test_heads_are_read(tmp_path: Path, text: str, heads: list[ChainHead]) -> None:
    file = tmp_path / "heads"
    file.write_text(text, encoding="utf-8")
    assert read_heads(file) == heads


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ning"),
        (b"# nothing\n", "ning"),
        (f"5 {HASH}\nfive {HASH}\n".encode(), "2"),
        (f"0 {HASH}\n".encode(), "1"),
        (f"5 {HASH[:-1]}\n".encode(), "1"),
        (b"\xff\xfe5", "texto"),
        (b"[" * 5000, "1"),
        (json.dumps({"month": "2017-09"}).encode(), "1"),
    ],
)
def test_a_file_that_holds_none_is_refused_by_its_name_and_line(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "heads"
    file.write_bytes(content)
    with pytest.raises(AppError) as refused:
        read_heads(file)
    assert str(file) in refused.value.message
    assert said in refused.value.message


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AppError, match="no se puede leer"):
        read_heads(tmp_path)
