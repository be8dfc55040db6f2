"""What a person is told of a service: that it is closed and what is open, and what to keep in mind."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from attention_point.directory.service_rows import AdviceRow, ServiceRow
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _

# A relative comes with the child: the rule of which the words must frighten nobody (``routing/rules.py``).
VERIFICATION_RULE = "M1-KIN"
Place = Literal["slip", "card"]
# Advice that depends on one of these would tell whoever reads the slip at home what happened, or who somebody is; to an
# armed group, that a child fled from it.
_CONFIDENTIAL_WORDS = frozenset(
    {"gender_violence", "trafficking", "violence_within_72_hours", "VBG", "TRATA", "lgbti", "conflict_victim"}
)
_WORD = re.compile(r"[\w-]+")


class Guidance(NamedTuple):
    """Words for one person. ``closed_note`` is empty while the procedure is open for her.

    ``procedure`` is the name of the instrument that is open for her, ``last_day`` the last day on which she can ask for
    it. ``sentences`` are the entries of advice that apply to her.
    """

    closed_note: str = ""
    procedure: str = ""
    last_day: date | None = None
    sentences: tuple[str, ...] = ()


def describe_guidance(service: ServiceRow | None, suggestion: Mapping[str, Any], place: Place) -> Guidance:
    """What is said of a service on a slip or on a card. ``suggestion`` is one of a visit, as its record holds it.

    A slip never holds what would tell of violence, trafficking or LGBTI people (DOMAIN M2): the agent says it.
    The texts are looked up by their codes, so that a corrected text is what the reader reads; one that was taken out is
    said no more. A suggestion of an older version of the program has none.
    """
    if service is None:
        return Guidance()
    language = current_language()
    instrument = service.find_instrument(suggestion.get("instrument"))
    entries = service.list_advice(suggestion.get("advice") or (), place)
    sentences = tuple(
        entry.text[language] for entry in entries if place == "card" or _may_be_printed(entry, service.restricted)
    )
    if suggestion.get("rule") == VERIFICATION_RULE and place == "slip":
        sentences = (
            _("They will look whether the child is well and has her or his rights. Nobody takes the child away."),
            *sentences,
        )
    return Guidance(
        closed_note=service.closed[language] if suggestion.get("closed") and service.closed else "",
        procedure=instrument.name[language] if instrument else "",
        last_day=instrument.valid_to if instrument else None,
        sentences=sentences,
    )


def _may_be_printed(entry: AdviceRow, is_restricted: bool) -> bool:
    # What was written for paper alone tells nothing of what happened; of a confidential service that alone is printed.
    return entry.shown_on == "slip" or not (is_restricted or _is_confidential(entry))


def _is_confidential(entry: AdviceRow) -> bool:
    return not _CONFIDENTIAL_WORDS.isdisjoint(_WORD.findall(repr(entry.applies_if)))
