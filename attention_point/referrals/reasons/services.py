"""Editing the reasons for which an entity rejects. Services never commit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Conflict, FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.referrals.reasons.models import EntityReasons
from attention_point.referrals.reasons.queries import Reason, read_reasons

LABEL_MAX_LENGTH = 80  # characters: a reason is a button
MAX_REASONS = 20
_CODE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class EditedReason:
    """A reason as it was typed. ``code`` is empty for a new one; without Spanish words it is offered no more."""

    code: str
    es: str
    en: str


def edit_reasons(
    session: Session, actor: Actor, entity: str, edited_reasons: Sequence[EditedReason], version: int
) -> None:
    """Put an entity's list in place of the one before. What is left out stays for the answers that name it.

    Raises Conflict where somebody else changed it meanwhile, and Invalid with a FieldError for each error.
    """
    current = read_reasons(session, entity)
    if version != current.version:
        raise Conflict(_("Somebody else changed this list before you. Look at it again."))
    errors = tuple(_check_reasons(edited_reasons))
    if errors:
        raise Invalid(_("Some fields need attention."), errors)
    reasons = _merge_reasons(current.reasons, edited_reasons)
    values = [{"code": row.code, "es": row.es, "en": row.en, "offered": row.is_offered} for row in reasons]
    if current.version == 0:
        session.add(EntityReasons(entity=entity, reasons=values, version=1, changed_at=clock.now()))
        session.flush()
    else:
        query = update(EntityReasons).where(EntityReasons.entity == entity, EntityReasons.version == version)
        session.execute(query.values(reasons=values, version=version + 1, changed_at=clock.now()))
    journal.record(session, actor, "referral.reasons", "entity", entity)


def _check_reasons(edited_reasons: Sequence[EditedReason]) -> Iterator[FieldError]:
    words = [row.es for row in edited_reasons if row.es]
    if not words:
        yield FieldError("reasons.0.es", _("Write at least one reason."))
    if len(words) > MAX_REASONS:
        yield FieldError("reasons.0.es", _("At most %(most)s reasons.", most=MAX_REASONS))
    for number, row in enumerate(edited_reasons):
        for name, text in (("es", row.es), ("en", row.en)):
            if len(text) > LABEL_MAX_LENGTH:
                message = _("At most %(max_length)s characters.", max_length=LABEL_MAX_LENGTH)
                yield FieldError(f"reasons.{number}.{name}", message)
            if not texts.is_fit_text(text, lines=False):
                yield FieldError(f"reasons.{number}.{name}", _(texts.UNFIT_CHARACTERS))
        if row.es and words.count(row.es) > 1:
            yield FieldError(f"reasons.{number}.es", _("This reason stands there twice."))


def _merge_reasons(current_reasons: Sequence[Reason], edited_reasons: Sequence[EditedReason]) -> list[Reason]:
    known_codes = {reason.code for reason in current_reasons}
    taken_codes = known_codes | {code.code for code in get_code_list("rejection_reasons")}
    reasons = []
    for row in edited_reasons:
        if not row.es:
            continue
        code = row.code if row.code in known_codes else _build_code(row.es, taken_codes)
        taken_codes.add(code)
        reasons.append(Reason(code, row.es, row.en or row.es))
    offered_codes = {reason.code for reason in reasons}
    # An answer names its reason by the code, and a program may ask for it years later.
    left_out = [reason for reason in current_reasons if reason.code not in offered_codes]
    return [*reasons, *(Reason(row.code, row.es, row.en, is_offered=False) for row in left_out)]


def _build_code(words: str, taken_codes: set[str]) -> str:
    """A code for programs out of the Spanish words: no-hay-cupo."""
    base = re.sub(r"[^a-z0-9]+", "-", texts.remove_accents(words).lower()).strip("-")[: _CODE_LENGTH - 4] or "reason"
    code, number = base, 2
    while code in taken_codes:
        code, number = f"{base}-{number}", number + 1
    return code
