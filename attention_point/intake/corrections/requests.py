"""A correction as it was sent, and how it is known when it comes again."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.errors import Conflict
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault

MAXIMUM_REASON_LENGTH = 300  # characters


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """A correction as it was sent: the corrected ``fields``, and why.

    ``reason`` is a code of the list of correction reasons, or the agent's own words. ``version`` is that of the record
    that the agent had in sight; None does not compare.
    """

    fields: Mapping[str, Any]
    reason: str
    version: int | None = None


def build_fingerprints(session: Session, action: str, record_id: UUID, request: CorrectionRequest) -> list[str]:
    """Keyed digests of a request, by which it is known when it comes again: nobody can try out what it said.

    The first is the one to keep; a request that was kept under an earlier key of the keyring has one of the others.
    """
    content = [action, str(record_id), request.reason, request.version, dict(request.fields)]
    # Nothing has read the fields yet. Escaped, every text can be written, also one that is no text (half of a pair).
    encoded = json.dumps(content, sort_keys=True, default=str).encode()
    return [digest.hex() for digest in get_vault(session).keyed_digests("correction", encoded)]


def is_repeated(
    history: Sequence[Mapping[str, Any]], fingerprints: Collection[str], request: CorrectionRequest
) -> bool:
    """Whether this request is in the history already: the network lost its reply, and it was sent again.

    Raises Conflict for one without a version after which something else was corrected: of A, then B, then A nobody
    knows whether the last one is an echo, or meant.
    """
    is_found = [entry.get("fingerprint") in fingerprints for entry in history]
    if request.version is None and any(is_found) and not is_found[-1]:
        raise Conflict(
            _("This was corrected so before, and otherwise since. If it shall be so again, name the version.")
        )
    return any(is_found)
