"""The keyring's file: for its owner alone, never overwritten, refused when anything about it is wrong."""

import base64
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attention_point.foundation.language import in_language
from attention_point.foundation.vault import Keyring, Vault
from attention_point.foundation.vault.keyring import KeyringError


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is refused is read in the words of the program."""
    with in_language("en"):
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A keyring's file."""
    path = tmp_path / "keyring.json"
    Keyring.create(path)
    return path


def test_it_is_stored_and_read_again(tmp_path: Path) -> None:
    made = Keyring.create(tmp_path / "keyring.json")
    assert Keyring.load(tmp_path / "keyring.json") == made
    assert [file.name for file in tmp_path.iterdir()] == ["keyring.json"]


def test_its_file_is_for_the_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Keyring.create(tmp_path / "keyring.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keyring.json").stat().st_mode) == 0o600


def test_keys_are_random_and_of_full_length() -> None:
    made = [Keyring.generate() for _time in range(5)]
    keys = [key for ring in made for key in (*ring.wrap.values(), *ring.index.values(), ring.derive)]
    assert {len(key) for key in keys} == {32}
    assert len(set(keys)) == len(keys)


def test_it_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyringError, match="exists"):
        Keyring.create(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_failed_making_leaves_no_half_of_a_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            Keyring.create(tmp_path / "keyring.json")
    assert list(tmp_path.iterdir()) == []
    Keyring.create(tmp_path / "keyring.json")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601, 0o644, 0o777])
def test_one_open_to_others_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeyringError, match="0600"):
        Keyring.load(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_one_closed_to_others_is_read(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert Keyring.load(path).current == 1


def test_a_missing_one_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="init"):
        Keyring.load(tmp_path / "keyring.json")


def test_a_folder_is_no_keyring(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="cannot be read"):
        Keyring.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'"x"', b"{", b"\xff\xfe", '{"ñ": 1}'.encode()])
def test_what_is_no_keyring_is_damaged(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(KeyringError, match="damaged"):
        Keyring.load(path)


def test_a_cut_file_is_damaged(path: Path) -> None:
    content = path.read_bytes().rstrip(b"\n")
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(KeyringError, match="damaged"):
            Keyring.load(path)


def _short(data: dict[str, Any]) -> None:
    data["derive"] = base64.b64encode(b"short").decode()


CHANGES: list[Callable[[dict[str, Any]], object]] = [
    _short,
    lambda data: data.pop("derive"),
    lambda data: data.update(format=2),
    lambda data: data["wrap"].update(current=2),
    lambda data: data["wrap"].update(current=None),
    lambda data: data["index"].update(current=9),
    lambda data: data["wrap"].update(keys={}),
    lambda data: data["index"]["keys"].update({"two": data["derive"]}),
    lambda data: data["wrap"]["keys"].update({"70000": data["derive"]}),
    lambda data: data["wrap"]["keys"].update({"1": data["derive"][:-4] + "****"}),
    lambda data: data["wrap"]["keys"].update({"1": 7}),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_keyring_with_a_part_wrong_is_damaged(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads(path.read_text(encoding="ascii"))
    change(data)
    path.write_text(json.dumps(data), encoding="ascii")
    with pytest.raises(KeyringError, match="damaged") as caught:
        Keyring.load(path)
    shown = str(caught.value) + repr(caught.value)
    assert not any(key in shown for key in (data.get("derive", "absent"), *map(str, data["index"]["keys"].values())))


def test_several_versions_are_stored_and_read(tmp_path: Path) -> None:
    fresh = Keyring.generate()
    both = replace(fresh, current=2, wrap={1: fresh.wrap[1], 2: fresh.derive})
    path = tmp_path / "keyring.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(both._as_json()), encoding="ascii")
    loaded = Keyring.load(path)
    assert loaded == both
    assert Vault(loaded).index_tag("name", "x") == Vault(fresh).index_tag("name", "x")


def test_what_is_wrong_is_told_in_spanish_too(tmp_path: Path) -> None:
    with in_language("es"), pytest.raises(KeyringError, match="no hay llavero en"):
        Keyring.load(tmp_path / "none.json")
