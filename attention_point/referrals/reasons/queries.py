"""Reading the reasons for which an entity rejects, and their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.referrals import rules
from attention_point.referrals.reasons.models import EntityReasons

# Reasons that belong to no entity's list: words of one's own, and what the program itself writes.
_COMMON_CODES = (rules.OTHER_REASON, rules.FORWARDED_REASON)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in both languages. ``is_offered``: an answer of today may name it."""

    code: str
    es: str
    en: str
    is_offered: bool = True

    def label(self, language: str) -> str:
        """The words: English for ``en``, else Spanish."""
        return self.en if language == "en" else self.es


@dataclass(frozen=True, slots=True)
class ReasonList:
    """An entity's reasons in order. ``version`` is 0 while it uses the list that all entities begin with."""

    reasons: Sequence[Reason]
    version: int


def read_reasons(session: Session, entity: str) -> ReasonList:
    """The reasons of an entity, those too that are offered no more."""
    columns = (EntityReasons.reasons, EntityReasons.version)
    row = session.execute(select(*columns).where(EntityReasons.entity == entity)).one_or_none()
    if row is None:
        codes = [code for code in get_code_list("rejection_reasons") if code.code not in _COMMON_CODES]
        return ReasonList([Reason(code.code, code.es, code.en) for code in codes], 0)
    return ReasonList(
        [Reason(reason["code"], reason["es"], reason["en"], reason["offered"]) for reason in row.reasons], row.version
    )


def list_reason_codes(session: Session, entity: str) -> list[str]:
    """The codes that an answer of today may name; ``other`` is not among them, and always may."""
    return [reason.code for reason in read_reasons(session, entity).reasons if reason.is_offered]


def find_reason_words(session: Session, entity: str, code: str | None) -> dict[str, str] | None:
    """The words of a reason of this entity by language; None for ``other``, for none and for an unknown code."""
    if code in {None, rules.OTHER_REASON}:
        return None
    if code == rules.FORWARDED_REASON:
        listed_code = get_code_list("rejection_reasons")[code]
        return {"es": listed_code.es, "en": listed_code.en}
    reasons = read_reasons(session, entity).reasons
    return next(({"es": reason.es, "en": reason.en} for reason in reasons if reason.code == code), None)


def list_reason_choices(session: Session, entity: str) -> list[tuple[str, str]]:
    """The codes and words that a form offers, ``other`` last."""
    language = current_language()
    reasons = [(r.code, r.label(language)) for r in read_reasons(session, entity).reasons if r.is_offered]
    return [*reasons, (rules.OTHER_REASON, get_code_list("rejection_reasons")[rules.OTHER_REASON].label(language))]


def describe_answer_reason(answer: Mapping[str, Any]) -> str | None:
    """Why an answer was given, in the reader's language: the words of the entity's list and those that were written."""
    # The reason of a correction is a message id, for whoever reads it.
    reason = _(answer["reason"]) if answer.get("by_correction") else answer.get("reason")
    words = answer.get("reason_words", {}).get(current_language())
    return " · ".join(filter(None, (words, reason))) or None
