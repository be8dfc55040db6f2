"""Codes that open a page by themselves, such as those of slips, as the database keeps them: hidden by the keyring.

Whoever has a slip reads on a public page where its visitor was sent. In clear, the codes would let a thief of the
database ask the server what the rows do not tell: the entities of each visit and, by what the page leaves out, who came
for what is confidential (decision 96). A hidden code is as long as a code, so that slips of any year stay good.
"""

from base64 import b32decode, b32encode
from datetime import date

from attention_point.foundation.vault.vault import Vault

LETTERS = "ABCDEFGH9JKLMN8PQRSTUVWXYZ234567"
"""Base32 without O and I, with 8 and 9: it has neither 0 nor 1, so that nothing is mistaken."""
PURPOSE = "slip-code"
_ROUNDS = 4  # of a Feistel network, as for numbers (``number_order.py``)
_HALF_BYTES = 5  # a code of 16 letters has 80 bits
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_BASE32, _FROM_BASE32 = str.maketrans(LETTERS, _BASE32), str.maketrans(_BASE32, LETTERS)


def hide_code(vault: Vault, code: str, day: date) -> str:
    """The code as the row of a day keeps it. Raises ValueError for what is no code of 16 letters."""
    return _hide(vault, code, vault.find_lasting_version(PURPOSE, day))


def list_hidden(vault: Vault, code: str) -> list[str]:
    """As what a code may be stored: hidden under each version held; nothing for what is no code."""
    try:
        return [_hide(vault, code, version) for version in vault.list_versions(PURPOSE)]
    except ValueError:
        return []


def reveal_code(vault: Vault, hidden_code: str, day: date) -> str:
    """The code of a row of a day; of what somebody else wrote into the row, only that: it leads nowhere."""
    try:
        left, right = _split(hidden_code)
    except ValueError:
        return hidden_code
    version = vault.find_lasting_version(PURPOSE, day)
    for turn in reversed(range(_ROUNDS)):
        left, right = _mix(vault, version, turn, left, right), left
    return _join(left, right)


def _hide(vault: Vault, code: str, version: int) -> str:
    left, right = _split(code)
    for turn in range(_ROUNDS):
        left, right = right, _mix(vault, version, turn, right, left)
    return _join(left, right)


def _mix(vault: Vault, version: int, turn: int, key_half: bytes, half: bytes) -> bytes:
    digest = vault.keyed_digest(PURPOSE, bytes([turn]) + key_half, version)
    return bytes(a ^ b for a, b in zip(half, digest[:_HALF_BYTES], strict=True))


def _split(code: str) -> tuple[bytes, bytes]:
    content = b32decode(code.translate(_TO_BASE32))
    if len(content) != 2 * _HALF_BYTES:
        raise ValueError("code")
    return content[:_HALF_BYTES], content[_HALF_BYTES:]


def _join(left: bytes, right: bytes) -> str:
    return b32encode(left + right).decode().translate(_FROM_BASE32)
