"""The letters: how many referrals, of which kind, and a link. Nothing of a person, of a need, or of confidentiality.

Write them inside ``in_language(reader's language)``.
"""

from collections.abc import Callable, Mapping

from attention_point.accounts.queries import Liaison
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.foundation.mail import Message, build_letter
from attention_point.referrals.notices import NoticeKind


def _say_new(count: int) -> str:
    return ngettext("%(num)s new referral waits for you.", "%(num)s new referrals wait for you.", count)


def _say_came(count: int) -> str:
    return ngettext("%(num)s new referral came.", "%(num)s new referrals came.", count)


def _say_reminder(count: int) -> str:
    return ngettext(
        "%(num)s referral has waited longer than agreed. Please answer it.",
        "%(num)s referrals have waited longer than agreed. Please answer them.",
        count,
    )


def _say_escalation(count: int) -> str:
    return ngettext(
        "%(num)s referral still has no answer. The attention point's supervisor knows of it now.",
        "%(num)s referrals still have no answer. The attention point's supervisor knows of them now.",
        count,
    )


def _say_message(count: int) -> str:
    return ngettext(
        "The attention point wrote to you about %(num)s referral.",
        "The attention point wrote to you about %(num)s referrals.",
        count,
    )


def _say_withdrawn(count: int) -> str:
    return ngettext(
        "%(num)s referral was withdrawn. You do not have to do anything.",
        "%(num)s referrals were withdrawn. You do not have to do anything.",
        count,
    )


def _say_recall(count: int) -> str:
    return ngettext(
        "%(num)s referral is of a person who does not allow you to use their data any more. Open it, please.",
        "%(num)s referrals are of people who do not allow you to use their data any more. Open them, please.",
        count,
    )


# What has to be done first stands first.
SENTENCES: Mapping[NoticeKind, Callable[[int], str]] = {
    "recall": _say_recall,
    "escalation": _say_escalation,
    "reminder": _say_reminder,
    "new": _say_new,
    "message": _say_message,
    "withdrawn": _say_withdrawn,
}
# Of a day's new referrals some are answered when its letter comes.
DIGEST_SENTENCES = {**SENTENCES, "new": _say_came}


def build_notice_letter(liaison: Liaison, counts: Mapping[str, int], public_url: str, *, is_digest: bool) -> Message:
    """Build the letter of one liaison. ``counts`` says how many referrals there are of each kind; one is above 0."""
    words = DIGEST_SENTENCES if is_digest else SENTENCES
    sentences = [say(counts[kind]) for kind, say in words.items() if counts.get(kind)]
    # The first line is what a telephone shows without opening the letter, so the subject says it.
    subject = _("Referrals of the day: %(summary)s", summary=sentences[0]) if is_digest else sentences[0]
    if is_digest:
        hint = _("You get one letter a day. To be told at once, choose it in your account:")
    else:
        hint = _("If you prefer one letter a day, choose it in your account:")
    paragraphs = (*sentences, _("Open your referrals here:"), f"{public_url}/portal", hint, f"{public_url}/account")
    return Message(liaison.email, subject.rstrip("."), build_letter(liaison.name, *paragraphs))
