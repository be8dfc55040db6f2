"""The consent text as people read it: at the desk before anything is typed, and on the public privacy pages.

Everything comes from one version of the consent text. Address, telephone and mail are those that the office has
confirmed (of the attention point and of the setting CONTACT); what is not confirmed is not invented.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.snapshot import ConsentTextRow
from attention_point.foundation import clock
from attention_point.foundation.language import current_language, ngettext
from attention_point.foundation.language import gettext as _

# In the order in which the form asks. Counting is told and not asked; referrals are asked on the check page.
ASKED_PURPOSES = ("attention", "contact", "research")
GENERAL_REFERRAL = "referral:*"


class PurposeWords(NamedTuple):
    """One purpose: what it is, which data, what for, and what follows from a no."""

    purpose: str
    title: str
    collected: str
    why: str
    refusal: str


class PrivacyNotice(NamedTuple):
    """A consent text in the reader's language. A part that the version does not have is empty.

    ``controller`` are labels and texts: who is responsible and where to ask. ``policy`` are titles and texts.
    """

    version: str
    valid_from: date
    language: str
    intro: str
    promise: str
    figures: str
    sensitive: str
    children: str
    questions: tuple[PurposeWords, ...]
    referral: PurposeWords | None
    rights: str
    how: str
    retention: str
    controller: tuple[tuple[str, str], ...]
    policy: tuple[tuple[str, str], ...]
    legal_basis: tuple[str, ...]


def describe_privacy(session: Session, contact: str | None, version: str | None = None) -> PrivacyNotice | None:
    """The consent text of a version, without one that in force today; None where there is none.

    ``contact`` is where one can write to the office: the setting CONTACT.
    """
    consent_text = (
        queries.find_consent_text(session, clock.today())
        if version is None
        else queries.find_consent_text_version(session, version)
    )
    if consent_text is None:
        return None
    content, language = consent_text.content, current_language()
    purposes = {purpose["purpose"]: _translate_purpose(purpose) for purpose in content["purposes"]}
    parts = ("intro", "promise", "figures", "sensitive", "children", "rights", "how")
    return PrivacyNotice(
        version=consent_text.version,
        valid_from=consent_text.valid_from,
        language=language,
        questions=tuple(purposes[name] for name in ASKED_PURPOSES if name in purposes),
        referral=purposes.get(GENERAL_REFERRAL),
        controller=_list_controller_lines(session, consent_text, contact),
        policy=tuple((part["title"][language], part["text"][language]) for part in content.get("policy", ())),
        legal_basis=tuple(basis["text"] for basis in content["legal_basis"]),
        retention=_describe_retention(session, content),
        **{part: content[part][language] if part in content else "" for part in parts},
    )


def _describe_retention(session: Session, content: Mapping[str, Any]) -> str:
    """How long data are kept, with the period of the points; the longest one is true for everybody."""
    if "retention" not in content:
        return ""
    text: str = content["retention"][current_language()]
    periods = [point.retention_years for point in queries.list_points(session, clock.today()) if point.retention_years]
    if not periods:
        return text
    period = ngettext(
        "The period is %(num)s year after your last visit.",
        "The period is %(num)s years after your last visit.",
        max(periods),
    )
    return f"{text} {period}"


def _translate_purpose(purpose: Mapping[str, Any]) -> PurposeWords:
    language = current_language()
    words = {name: purpose[name][language] for name in PurposeWords._fields if name != "purpose"}
    return PurposeWords(purpose=purpose["purpose"], **words)


def _list_controller_lines(
    session: Session, consent_text: ConsentTextRow, contact: str | None
) -> tuple[tuple[str, str], ...]:
    language, content = current_language(), consent_text.content
    lines = [(_("Responsible"), content["controller"][language])] if "controller" in content else []
    lines.append((_("Where to ask"), content["contact"][language]))
    for point in queries.list_points(session, clock.today()):
        if point.address:
            lines.append((_("Address"), point.address[language]))
        if point.phone:
            lines.append((_("Telephone"), point.phone))
    if contact:
        lines.append((_("Where to write"), contact))
    return tuple(dict.fromkeys(lines))
