"""The forms of an entity's list: the box that finds somebody, and one answer for the rows that are chosen."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from wtforms import HiddenField, StringField

from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import BaseForm, clean_text
from attention_point.referrals.answers.answering import Answer

MAX_CHOSEN = 50
_CHOSEN = re.compile(r"([0-9a-f-]{36}):([0-9]{1,9})")
_ID_BYTES, _VERSION_BYTES = 16, 4


class FindForm(BaseForm):
    """One box for everything. ``restricted``: among the confidential referrals, and among them alone."""

    q = StringField(N_("Name, document, reference or code of the slip"), filters=[clean_text])
    restricted = HiddenField()


class ChosenAnswerForm(BaseForm):
    """One answer for all that are chosen. ``answer``: a state, and after a colon the code of the reason to reject."""

    answer = HiddenField()

    def read_answer(self) -> Answer:
        """The answer, without the version, which each referral has of its own."""
        state, _colon, reason_code = (self.answer.data or "").partition(":")
        return Answer(state, 0, reason_code=reason_code or None)


def read_chosen(values: Iterable[str]) -> dict[UUID, int]:
    """The referrals that were chosen and the version that the page showed of each; at most a page of them."""
    matches = (_CHOSEN.fullmatch(value) for value in values)
    # Ids and versions alone are read, whatever else was sent: the service asks whose they are.
    pairs = [(match[1], int(match[2])) for match in matches if match]
    chosen: dict[UUID, int] = {}
    for text, version in pairs[:MAX_CHOSEN]:
        try:
            chosen[UUID(text)] = version
        except ValueError:  # hyphens in the wrong places
            continue
    return chosen


def pack_chosen(versions: Mapping[UUID, int]) -> str:
    """Ids and versions in a short text for an address. Neither says anything of a person."""
    parts = (referral.bytes + version.to_bytes(_VERSION_BYTES) for referral, version in versions.items())
    return base64.urlsafe_b64encode(b"".join(parts)).decode().rstrip("=")


def unpack_chosen(text: str) -> dict[UUID, int]:
    """What ``pack_chosen`` made; nothing of a text that it did not make."""
    try:
        content = base64.b64decode(text[:2000] + "=" * (-len(text[:2000]) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return {}
    size = _ID_BYTES + _VERSION_BYTES
    parts = [content[start : start + size] for start in range(0, len(content) - size + 1, size)]
    return {UUID(bytes=part[:_ID_BYTES]): int.from_bytes(part[_ID_BYTES:]) for part in parts[:MAX_CHOSEN]}
