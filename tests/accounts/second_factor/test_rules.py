"""Which code is right, how often, and for how long."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.accounts.second_factor import rules

# RFC 6238, appendix B, SHA-1: the secret is the ASCII text 12345678901234567890; the last six of its eight digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
moments = st.datetimes(datetime(2017, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - with a zone


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert rules.find_code_step(SECRET, code, now, None) == seconds // 30
    assert rules.find_code_step(SECRET, f" {code[:3]} {code[3:]} ", now, None) == seconds // 30


@given(moments, st.integers(-3, 3))
def test_a_code_is_good_for_its_period_and_the_two_beside_it_once(now: datetime, periods: int) -> None:
    code = pyotp.TOTP(SECRET).at(now + timedelta(seconds=30 * periods))
    step = rules.find_code_step(SECRET, code, now, None)
    if abs(periods) <= 1:
        assert step is not None
        assert rules.find_code_step(SECRET, code, now, step) is None
    later = now + timedelta(minutes=2)
    assert rules.find_code_step(SECRET, code, later, None) != step or step is None


def test_a_step_noted_by_a_clock_two_years_ahead_locks_nobody_out() -> None:
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    code, ahead = pyotp.TOTP(SECRET).at(now), now + timedelta(days=730)
    assert rules.find_code_step(SECRET, code, now, int(ahead.timestamp()) // 30) == int(now.timestamp()) // 30


@given(st.text(max_size=80))
def test_no_other_text_is_a_code(text: str) -> None:
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    step = rules.find_code_step(SECRET, text, now, None)
    codes = {pyotp.TOTP(SECRET).at(now + timedelta(seconds=seconds)) for seconds in (-30, 0, 30)}
    assert (step is not None) == (rules.normalise_code(text) in codes)
    assert rules.remove_code([rules.hash_code("abcde-fghjk")], text) is None


def test_recovery_codes_are_typed_as_people_type_and_work_once() -> None:
    codes = [rules.generate_code() for _number in range(10)]
    hashes = [rules.hash_code(code) for code in codes]
    assert len(set(hashes)) == 10
    remaining = rules.remove_code(hashes, f"  {codes[3].upper().replace('-', ' ')} ")
    assert remaining == [*hashes[:3], *hashes[4:]]
    assert rules.remove_code(remaining, codes[3]) is None


@pytest.mark.parametrize(
    ("policy", "roles"),
    [
        ("required", {"entity", "office", "supervisor", "auditor", "admin"}),
        ("everybody", {"agent", "entity", "office", "supervisor", "auditor", "admin"}),
        ("optional", set()),
    ],
)
def test_the_setting_says_which_roles_need_a_second_step(policy: str, roles: set[str]) -> None:
    every_role = {"agent", "entity", "office", "supervisor", "auditor", "admin"}
    assert {role for role in every_role if rules.needs_second_factor(role, policy)} == roles
