"""What tests of the demonstration share."""

from collections.abc import Sequence
from functools import cache

from attention_point.accounts.services import NewAccount
from attention_point.demo import demo_users

_invite = demo_users.create_passwords


@cache
def _invited(accounts: tuple[NewAccount, ...]) -> list[demo_users.DemoUser]:
    return _invite(accounts)


def invite_once(accounts: Sequence[NewAccount]) -> list[demo_users.DemoUser]:
    """Users with their passwords, hashed once a process: two dozen hashes take longer than what is tested."""
    return _invited(tuple(accounts))
