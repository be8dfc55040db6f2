"""UUIDv7: version and variant, order by time, no two alike."""

import time
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.database import new_id
from attention_point.foundation.database.identifiers import build_id_at

MOMENTS = st.integers(0, 2**48 - 1)


@given(MOMENTS)
def test_it_says_its_version_variant_and_moment(moment: int) -> None:
    made = build_id_at(moment)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == moment


@given(MOMENTS, MOMENTS)
def test_ids_sort_by_time(one: int, other: int) -> None:
    if one != other:
        assert (build_id_at(one) < build_id_at(other)) is (one < other)
        assert (str(build_id_at(one)) < str(build_id_at(other))) is (one < other)
        assert (build_id_at(one).bytes < build_id_at(other).bytes) is (one < other)


def test_a_new_one_is_of_now() -> None:
    before = time.time_ns() // 1_000_000
    moment = new_id().int >> 80
    assert before <= moment <= time.time_ns() // 1_000_000


def test_those_of_one_millisecond_sort_as_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_502_285_400_000_000_000)
    made = [new_id() for _time in range(1_000)]
    steps = [later.int - earlier.int for earlier, later in zip(made, made[1:], strict=False)]
    assert min(steps) > 0
    assert len(set(steps)) == len(steps)


def test_no_two_are_alike_even_in_one_millisecond() -> None:
    assert len({build_id_at(1_502_285_400_000) for _time in range(20_000)}) == 20_000


def test_every_random_bit_varies() -> None:
    fixed = (0xF << 76) | (0b11 << 62)
    ones = zeros = 0
    for _time in range(400):
        made = build_id_at(0).int
        ones |= made
        zeros |= ~made
    free = ((1 << 80) - 1) & ~fixed
    assert ones & free == free
    assert zeros & free == free
