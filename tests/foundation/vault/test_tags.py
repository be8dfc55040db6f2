"""Blind-index tags, fingerprints and derived secrets: keyed, one key a field, never alike across installations."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation import clock
from attention_point.foundation.vault import Keyring, Vault, hidden_codes
from attention_point.foundation.vault.key_changes import prepare_version, remove_version, rotate_version

KEYRING = Keyring.generate()
VAULT = Vault(KEYRING)
OTHER = Vault(Keyring.generate())


@given(st.text(max_size=60))
def test_a_tag_is_the_same_each_time_and_short(value: str) -> None:
    tag = VAULT.index_tag("document", value)
    assert tag == Vault(KEYRING).index_tag("document", value)
    assert len(tag) == 16


@given(st.text(max_size=60), st.text(max_size=60))
def test_different_values_have_different_tags(one: str, other: str) -> None:
    assert (VAULT.index_tag("name", one) == VAULT.index_tag("name", other)) is (one == other)


@given(st.text(max_size=60))
def test_the_same_value_in_two_fields_has_two_tags(value: str) -> None:
    assert VAULT.index_tag("document", value) != VAULT.index_tag("name", value)


@given(st.text(max_size=60))
def test_another_installation_tags_differently(value: str) -> None:
    assert VAULT.index_tag("document", value) != OTHER.index_tag("document", value)


def test_the_guesses_of_one_without_the_key_do_not_hit() -> None:
    numbers = [f"V{number}" for number in range(12_345_000, 12_346_000)]
    tags = {VAULT.index_tag("document", number) for number in numbers}
    guesses = {hashlib.sha256(number.encode()).digest()[:16] for number in numbers}
    guesses |= {hmac.digest(b"", number.encode(), "sha256")[:16] for number in numbers}
    guesses |= {OTHER.index_tag("document", number) for number in numbers}
    assert len(tags) == len(numbers)
    assert not tags & guesses


def test_each_root_key_feeds_its_own_use_alone() -> None:
    fresh = Keyring.generate()
    other_index = Vault(replace(KEYRING, index=fresh.index))
    other_derive = Vault(replace(KEYRING, derive=fresh.derive))
    assert other_index.index_tag("name", "x") != VAULT.index_tag("name", "x")
    assert other_index.derive_secret("web-session") == VAULT.derive_secret("web-session")
    assert other_derive.index_tag("name", "x") == VAULT.index_tag("name", "x")
    assert other_derive.derive_secret("web-session") != VAULT.derive_secret("web-session")


def test_a_secret_is_for_one_purpose() -> None:
    assert len({VAULT.derive_secret("web-session"), VAULT.derive_secret("other"), KEYRING.derive.keys[1]}) == 3
    assert len(VAULT.derive_secret("web-session")) == 32


def test_a_fingerprint_tells_contents_apart_under_a_key_of_its_purpose() -> None:
    made = VAULT.keyed_digest("visit-draft", b"content")
    assert made == Vault(KEYRING).keyed_digest("visit-draft", b"content")
    others = [
        VAULT.keyed_digest("visit-draft", b"content!"),
        VAULT.keyed_digest("answer", b"content"),
        OTHER.keyed_digest("visit-draft", b"content"),
        hashlib.sha256(b"content").digest(),
    ]
    assert len({made, *others}) == 5
    assert len(made) == 32


def test_the_index_key_in_use_is_the_current_one() -> None:
    both = Vault(rotate_version(KEYRING, "index", clock.now()))
    assert both.index_version == 2
    assert both.index_tag("name", "x") != VAULT.index_tag("name", "x")
    assert both.index_tags("name", "x") == [both.index_tag("name", "x"), VAULT.index_tag("name", "x")]
    prepared = Vault(prepare_version(KEYRING, "index"))
    assert prepared.index_tag("name", "x") == VAULT.index_tag("name", "x")
    assert len(prepared.index_tags("name", "x")) == 2


@given(st.text(hidden_codes.LETTERS, min_size=16, max_size=16))
def test_a_hidden_code_opens_with_the_keyring_of_its_day_alone(code: str) -> None:
    moment, day = datetime(2026, 6, 1, 12, tzinfo=UTC), date(2026, 5, 1)
    hidden = hidden_codes.hide_code(VAULT, code, day)
    assert (len(hidden), hidden == code, set(hidden) <= set(hidden_codes.LETTERS)) == (16, False, True)
    assert hidden_codes.reveal_code(OTHER, hidden, day) != code
    removed = remove_version(rotate_version(KEYRING, "derive", moment), "derive", 1)
    later = Vault(removed)
    assert hidden_codes.reveal_code(later, hidden, day) == code
    assert hidden in hidden_codes.list_hidden(later, code)
    assert hidden_codes.hide_code(later, code, date(2026, 6, 2)) not in {code, hidden}
    # A version that was removed before there were hidden codes has no secret for them: the next one takes its place.
    without = Vault(replace(removed, lasting={1: {}}))
    assert hidden_codes.reveal_code(without, hidden_codes.hide_code(without, code, day), day) == code


def test_what_somebody_wrote_in_place_of_a_code_is_no_code() -> None:
    for text in ("", "ABC", "a" * 16, "A" * 15 + "0", "A" * 24, "ñ" * 16):
        assert hidden_codes.list_hidden(VAULT, text) == []
        assert hidden_codes.reveal_code(VAULT, text, date(2026, 5, 1)) == text


def test_what_lasts_for_its_year_keeps_the_key_with_which_the_year_began() -> None:
    moment = datetime(2026, 6, 1, 12, tzinfo=UTC)
    turned = Vault(rotate_version(KEYRING, "derive", moment))
    days = [date(2026, 1, 1), date(2026, 6, 1), date(2026, 6, 2), date(2027, 1, 1)]
    assert [turned.find_derive_version(day) for day in days] == [1, 1, 2, 2]
    removed = Vault(remove_version(rotate_version(KEYRING, "derive", moment), "derive", 1))
    assert [removed.find_derive_version(day) for day in days] == [1, 1, 2, 2]
    assert removed.derive_secret("reference-number", 1) == VAULT.derive_secret("reference-number")
    with pytest.raises(KeyError):
        removed.derive_secret("turn", 1)
