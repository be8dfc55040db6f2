"""Numbers of a series, such as those of references, in an order that only the key of the installation knows.

Numbers given one after another would tell of a visit that a list does not show: 122 and 124 stand there, 123 is
missing, and whoever came between them came for what is confidential (decision 57). So each block of numbers is used in
an order of its own: a number tells neither when its visit was nor whether another is missing.
"""

from datetime import date

from attention_point.foundation.vault.vault import Vault

BLOCK = 100_000
"""So many numbers are mixed with one another. No desk fills a block in a year, so that there are gaps everywhere."""
_SIDE = 317  # the smallest number whose square holds a block
_ROUNDS = 4  # of a Feistel network: four make an order that cannot be told from a random one (Luby and Rackoff, 1988)


def choose_number(vault: Vault, series: str, count: int, first_day: date) -> int:
    """The number of the ``count``-th reference of a series, both from 1 on: each number comes once in its block.

    ``first_day`` is that on which the series begins: its order stays the same when the key is rotated meanwhile.
    """
    version = vault.find_derive_version(first_day)
    block, index = divmod(count - 1, BLOCK)
    index = _mix_half(vault, version, f"{series}/{block}", index)
    while index >= BLOCK:  # the square is a little larger than the block: what falls outside is mixed again
        index = _mix_half(vault, version, f"{series}/{block}", index)
    return block * BLOCK + index + 1


def count_before(number: int) -> int:
    """How many references came at least before that of a number: those of the blocks that were full by then."""
    return (number - 1) // BLOCK * BLOCK


def _mix_half(vault: Vault, version: int, series: str, index: int) -> int:
    left, right = divmod(index, _SIDE)
    for turn in range(_ROUNDS):
        digest = vault.keyed_digest("reference-number", f"{series}/{turn}/{right}".encode(), version)
        left, right = right, (left + int.from_bytes(digest[:8])) % _SIDE
    return left * _SIDE + right
