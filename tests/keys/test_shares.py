"""The keyring in two shares: together they are the keyring, alone they are nothing, and a slip of the pen is named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.language import in_language
from attention_point.foundation.vault import Keyring
from attention_point.keys.shares import ShareError, join_shares, split_keyring

KEYRING = Keyring.generate()
FIRST, SECOND = split_keyring(KEYRING)


def test_both_together_are_the_keyring_and_one_alone_is_random() -> None:
    assert join_shares((FIRST, SECOND)) == join_shares((SECOND, FIRST)) == KEYRING
    again = split_keyring(KEYRING)
    assert join_shares(again) == KEYRING
    for share, other in zip((FIRST, SECOND), again, strict=True):
        assert not set(share.splitlines()) & set(other.splitlines()) - {""}
        assert len(share) == len(other)


@given(st.data())
def test_a_mistyped_letter_is_found_with_its_line(data: st.DataObject) -> None:
    lines = FIRST.splitlines()
    number = data.draw(st.integers(2, len(lines) - 1))
    places = [match.start() for match in re.finditer(r"[A-Z2-7]", lines[number][5:])]
    place = 5 + data.draw(st.sampled_from(places))
    letter = data.draw(
        st.sampled_from([one for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if one != lines[number][place]])
    )
    lines[number] = lines[number][:place] + letter + lines[number][place + 1 :]
    try:
        joined = join_shares(("\n".join(lines), SECOND))
    except ShareError:
        return
    assert joined == KEYRING  # bits beyond the last byte say nothing


def test_typed_in_small_letters_and_with_other_spaces_it_is_read() -> None:
    header, *rest = FIRST.splitlines()
    assert join_shares(("\n".join([header, *("   ".join(line.lower().split()) for line in rest)]), SECOND)) == KEYRING


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ((FIRST, FIRST), "both files are the same share"),
        ((FIRST, split_keyring(KEYRING)[1]), "not of the same set"),
        ((FIRST, "\n".join(SECOND.splitlines()[:-1])), "Lines are missing"),
        ((FIRST, "\n".join([*SECOND.splitlines()[:4], *SECOND.splitlines()[5:]])), "Line 3 of share 2"),
        ((FIRST, "a letter"), "no share"),
        ((FIRST, ""), "no share"),
    ],
)
def test_what_does_not_fit_is_told(texts: tuple[str, str], message: str) -> None:
    with in_language("en"), pytest.raises(ShareError, match=message):
        join_shares(texts)
