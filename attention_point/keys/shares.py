"""The keyring in two shares for keeping: each by itself is random, both together are the keyring.

A share is a text to print: lines of groups of letters and digits (base 32, RFC 4648), each line with its number and a
check of its own, so that who types it from paper is told which line is wrong.
"""

import base64
import hashlib
import re
import secrets
import zlib

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import Keyring

SHARE_COUNT = 2
# Spanish, as every paper, whatever the terminal speaks. The second one stands on papers of before.
_HEADER = "Llavero de attention-point, parte {number} de {count}, juego {set_id}"
_HEADER_PATTERN = re.compile(
    r"(?:Llavero de attention-point, parte|attention-point keyring, share) "
    r"(\d) (?:de|of) (\d), (?:juego|set) ([0-9a-f]{8})"
)
_LINE_PATTERN = re.compile(r"(\d+)\s+([A-Z2-7 ]+?)\s+([A-Z2-7]{2})")
_LINE_BYTES, _GROUP = 20, 4  # 20 bytes are 32 letters: eight groups, as much as the eye keeps on a line
_CHECK_BYTES = 8


class ShareError(AppError):
    """Shares that do not make a keyring. The message says which line or share is wrong."""

    code = "keyring-share"


def split_keyring(keyring: Keyring) -> tuple[str, str]:
    """The two shares of a keyring, as texts. Neither tells anything of it but its length."""
    # Compressed, for each line less is one that nobody has to type from paper.
    content = zlib.compress(keyring.encode(), 9)
    # The check of the whole goes into both shares, so that each of them by itself stays nothing but random bytes.
    content = hashlib.sha256(content).digest()[:_CHECK_BYTES] + content
    pad = secrets.token_bytes(len(content))
    # Shares of before and after a rotation look alike: the paper must say which two belong together.
    set_id = secrets.token_hex(4)
    parts = (pad, _combine_bytes(pad, content))
    first, second = (_write_share(number, set_id, part) for number, part in enumerate(parts, 1))
    return first, second


def join_shares(texts: tuple[str, str]) -> Keyring:
    """The keyring of two shares, in either order. Raises ShareError."""
    shares = [_read_share(text) for text in texts]
    if {number for number, _set_id, _part in shares} != {1, 2}:
        raise ShareError(_("These are not share 1 and share 2: both files are the same share."))
    if shares[0][1] != shares[1][1]:
        raise ShareError(
            _("The two shares are not of the same set: %(first)s, %(second)s.", first=shares[0][1], second=shares[1][1])
        )
    parts = [part for _number, _set_id, part in shares]
    if len(parts[0]) != len(parts[1]):
        raise ShareError(_("Lines are missing at the end of a share."))
    content = _combine_bytes(*parts)
    check, content = content[:_CHECK_BYTES], content[_CHECK_BYTES:]
    try:
        if hashlib.sha256(content).digest()[:_CHECK_BYTES] != check:
            raise ValueError("check")
        return Keyring.decode(zlib.decompress(content))
    except (ValueError, zlib.error):
        raise ShareError(_("The two shares do not make a keyring.")) from None


def _combine_bytes(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))


def _write_share(number: int, set_id: str, part: bytes) -> str:
    lines = [_HEADER.format(number=number, count=SHARE_COUNT, set_id=set_id), ""]
    for start in range(0, len(part), _LINE_BYTES):
        line_number = start // _LINE_BYTES + 1
        # Without its padding, which somebody would have to type: the length of the line gives it back.
        letters = base64.b32encode(part[start : start + _LINE_BYTES]).decode().rstrip("=")
        groups = " ".join(letters[place : place + _GROUP] for place in range(0, len(letters), _GROUP))
        lines.append(f"{line_number:3}  {groups}  {_check_line(set_id, number, line_number, letters)}")
    return "\n".join([*lines, ""])


def _check_line(set_id: str, share: int, line_number: int, letters: str) -> str:
    # With set, share and number, so that a line that was typed twice or taken from the other paper is noticed too. Two
    # letters miss one slip in a thousand, and the check of the whole finds that one.
    digest = hashlib.sha256(f"{set_id}/{share}/{line_number}/{letters}".encode()).digest()
    return base64.b32encode(digest)[:2].decode()


def _read_share(text: str) -> tuple[int, str, bytes]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    header = _HEADER_PATTERN.fullmatch(lines[0]) if lines else None
    if header is None or int(header[2]) != SHARE_COUNT:
        raise ShareError(_("This is no share of a keyring: its first line is another."))
    number, set_id, part = int(header[1]), header[3], b""
    for expected, line in enumerate(lines[1:], 1):
        matched = _LINE_PATTERN.fullmatch(line.upper())
        letters = matched[2].replace(" ", "") if matched else ""
        if not matched or int(matched[1]) != expected or _check_line(set_id, number, expected, letters) != matched[3]:
            raise ShareError(_("Line %(line)s of share %(share)s is not right.", line=expected, share=number))
        part += base64.b32decode(letters + "=" * (-len(letters) % 8))
    return number, set_id, part
