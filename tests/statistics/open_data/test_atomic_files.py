"""A file is written whole or not at all."""

from pathlib import Path

import pytest

from attention_point.statistics.open_data import files
from tests.support.machine import little_room


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "month.csv"
    target.write_bytes(b"before")
    with little_room(1000), pytest.raises(OSError, match="File too large"):
        files.write_file_atomically(target, b"x" * 5000)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("month.csv", b"before")]
    files.write_file_atomically(target, b"after")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("month.csv", b"after")]


def test_a_device_is_written_and_never_replaced() -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("no /dev/full here")
    with pytest.raises(OSError, match="No space left"):
        files.write_file_atomically(full, b"x")
    assert full.is_char_device()
    assert not list(Path("/dev").glob(".full*"))
