"""The file that says that an instance is a demonstration: its owner's alone, whole or not written."""

from pathlib import Path

import pytest

from attention_point.demo.marker import read_marker, update_marker
from attention_point.foundation.errors import AppError
from attention_point.foundation.settings import DEMO_MARKER_FILE


def test_without_a_marker_there_is_nothing(tmp_path: Path) -> None:
    assert read_marker(tmp_path) is None


def test_what_is_kept_stands_beside_what_was_kept_before(tmp_path: Path) -> None:
    update_marker(tmp_path, users={"a@demo.example": {"password": "ñ"}})
    update_marker(tmp_path, finished=True)
    assert read_marker(tmp_path) == {"users": {"a@demo.example": {"password": "ñ"}}, "finished": True}
    assert [path.name for path in tmp_path.iterdir()] == [DEMO_MARKER_FILE]


def test_only_its_owner_reads_it_whatever_stood_there(tmp_path: Path) -> None:
    (tmp_path / DEMO_MARKER_FILE).touch(mode=0o644)
    update_marker(tmp_path, finished=False)
    assert (tmp_path / DEMO_MARKER_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", ["", "yes", "[1]", "{", "\x00", "[" * 100_000], ids=["empty", "word", "list", "open", "nul", "deep"]
)
def test_a_file_made_by_hand_marks_and_holds_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / DEMO_MARKER_FILE).write_text(content)
    assert read_marker(tmp_path) == {}


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(AppError, match="demonstration"):
        update_marker(tmp_path / "nowhere", finished=True)
