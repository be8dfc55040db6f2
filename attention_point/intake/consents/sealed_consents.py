"""The consents of a visit as they are sealed: with the proof of the words that were read."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries


def seal_consents(session: Session, draft_fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The consents of a draft as they are sealed: each with the digest of the text that was read."""
    return [_add_text_digest(session, consent) for consent in draft_fields.get("consents", ())]


def _add_text_digest(session: Session, consent: Mapping[str, Any]) -> dict[str, Any]:
    # With the version it shows, years later, that the words are still those that were read (Decreto 1074/2015,
    # 2.2.2.25.2). When, by whom and on which channel they were read stands in the visit's row.
    consent_text = directory_queries.find_consent_text_version(session, consent["text_version"])
    return {**consent, "text_digest": consent_text.digest} if consent_text else dict(consent)
