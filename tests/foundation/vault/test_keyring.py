"""The keyring's file: for its owner alone, never overwritten, refused when anything about it is wrong."""

import base64
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from attention_point.foundation import clock
from attention_point.foundation.language import in_language
from attention_point.foundation.vault import Keyring, KeyringWatch, Vault
from attention_point.foundation.vault.key_changes import prepare_version, remove_version, rotate_version
from attention_point.foundation.vault.keyring import KEY_KINDS, WRAP, KeyringError


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
    keys = [key for ring in made for kind in KEY_KINDS for key in ring.get_keys(kind).keys.values()]
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
    assert Keyring.load(path).wrap.current == 1


def test_a_missing_one_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="init"):
        Keyring.load(tmp_path / "keyring.json")


def test_a_folder_is_no_keyring(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="cannot be read"):
        Keyring.load(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b'"x"', b"{", b"\xff\xfe", '{"ñ": 1}'.encode(), b"[" * 100_000]
)
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


def test_a_key_with_one_wrong_sign_is_damaged(path: Path) -> None:
    data = json.loads(path.read_text(encoding="ascii"))
    for kind in KEY_KINDS:
        key = data[kind]["keys"]["1"]
        data[kind]["keys"]["1"] = ("A" if key[0] != "A" else "B") + key[1:]
        path.write_text(json.dumps(data), encoding="ascii")
        with pytest.raises(KeyringError, match="damaged"):
            Keyring.load(path)
        data[kind]["keys"]["1"] = key


def test_a_file_of_before_the_check_is_read(path: Path) -> None:
    made = Keyring.load(path)
    data = json.loads(path.read_text(encoding="ascii"))
    del data["check"]
    path.write_text(json.dumps(data), encoding="ascii")
    assert Keyring.load(path) == made


def _short(data: dict[str, Any]) -> None:
    data["derive"]["keys"]["1"] = base64.b64encode(b"short").decode()


CHANGES: list[Callable[[dict[str, Any]], object]] = [
    _short,
    lambda data: data.pop("derive"),
    lambda data: data.update(format=3),
    lambda data: data["wrap"].update(current=2),
    lambda data: data["wrap"].update(current=True),
    lambda data: data["wrap"].update(current=1.0),
    lambda data: data["derive"].update(since={"1": "0001-01-01T00:00:00+00:00"}),
    lambda data: data["derive"].update(since={"1": "9999-12-31T23:59:59+00:00"}),
    lambda data: data["wrap"].update(current=None),
    lambda data: data["index"].update(current=9),
    lambda data: data["wrap"].update(keys={}),
    lambda data: data["index"]["keys"].update({"two": data["derive"]["keys"]["1"]}),
    lambda data: data["wrap"]["keys"].update({"70000": data["derive"]["keys"]["1"]}),
    lambda data: data["wrap"]["keys"].update({"1": data["derive"]["keys"]["1"][:-4] + "****"}),
    lambda data: data["wrap"]["keys"].update({"1": 7}),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_keyring_with_a_part_wrong_is_damaged(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads(path.read_text(encoding="ascii"))
    del data["check"]  # it would find each of them by itself
    change(data)
    path.write_text(json.dumps(data), encoding="ascii")
    with pytest.raises(KeyringError, match="damaged") as caught:
        Keyring.load(path)
    shown = str(caught.value) + repr(caught.value)
    derived = data.get("derive", {"keys": {}})["keys"].values()
    assert not any(key in shown for key in (*derived, *map(str, data["index"]["keys"].values())))


def test_several_versions_are_stored_and_read(path: Path) -> None:
    fresh = Keyring.load(path)
    for kind in KEY_KINDS:
        prepare_version(rotate_version(Keyring.load(path), kind, clock.now()), kind).replace_file(path)
    loaded = Keyring.load(path)
    assert [loaded.get_keys(kind).current for kind in KEY_KINDS] == [2, 2, 2]
    assert Vault(fresh).index_tag("name", "x") in Vault(loaded).index_tags("name", "x")
    assert Vault(loaded).matches_digest("turn", b"x", Vault(fresh).keyed_digest("turn", b"x"))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_one_of_the_first_format_is_read(path: Path) -> None:
    made = Keyring.load(path)
    data = json.loads(path.read_text(encoding="ascii"))
    del data["check"]
    data.update(format=1, derive=data["derive"]["keys"]["1"])
    path.write_text(json.dumps(data), encoding="ascii")
    assert Keyring.load(path) == made


def test_a_removed_derived_key_leaves_what_can_never_be_made_anew(path: Path) -> None:
    before = Vault(Keyring.load(path))
    remove_version(rotate_version(Keyring.load(path), "derive", clock.now()), "derive", 1).replace_file(path)
    after = Vault(Keyring.load(path))
    assert after.matches_digest("journal-chain", b"x", before.keyed_digest("journal-chain", b"x"))
    assert not after.matches_digest("turn", b"x", before.keyed_digest("turn", b"x"))
    assert not after.matches_digest("web-session", b"x", before.keyed_digest("web-session", b"x"))


def test_a_running_server_takes_up_what_its_keyring_became_and_no_other(path: Path) -> None:
    def rotate_and_remove(keyring: Keyring) -> Keyring:
        for kind in KEY_KINDS:
            keyring = remove_version(rotate_version(keyring, kind, clock.now()), kind, 1)
        return keyring

    first, watch = Keyring.load(path), KeyringWatch(path)
    foreign, in_use = Keyring.generate(), watch.get_vault()
    for refused in (foreign, rotate_and_remove(foreign)):
        refused.replace_file(path)
        assert (watch.get_vault() is in_use, watch.is_file_refused) == (True, True)
    # The last as after a night in which nobody asked for anything.
    prepared = prepare_version(first, WRAP)
    for accepted in (first, prepared, rotate_and_remove(prepared)):
        accepted.replace_file(path)
        assert watch.get_vault() is not in_use
        assert not watch.is_file_refused
        in_use = watch.get_vault()
        # A copy of before the rotation, and of before the preparation: another machine may write under it already.
        refused = first if accepted is not first else foreign
        refused.replace_file(path)
        assert (watch.get_vault() is in_use, watch.is_file_refused) == (True, True)


def test_what_is_wrong_is_told_in_spanish_too(tmp_path: Path) -> None:
    with in_language("es"), pytest.raises(KeyringError, match="no hay llavero en"):
        Keyring.load(tmp_path / "none.json")
