"""Gathers what the kiosk's screens show: the point, its needs, and the words of each language."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.privacy.privacy_notice import PrivacyNotice, describe_privacy
from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import LANGUAGES, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import build_qr_code_path
from attention_point.turns.kiosk.needs import NeedGroup, list_need_groups
from attention_point.turns.kiosk.steps import INTAKE_FIELDS, QUESTIONS, SELF_INTAKE_QUESTIONS
from attention_point.turns.models import Turn
from attention_point.turns.priority.policies import find_policy
from attention_point.turns.rules import VISITOR_REASONS

# What visitors carry, as far as they say it themselves; the agent has the whole list.
DOCUMENT_TYPES = ("DE", "PA", "PT", "CC", "CE", "TI", "RC")
IDLE_SECONDS = 60
"""How long nobody touches the kiosk before it asks whether somebody is still there."""
WARNING_SECONDS = 20
TURN_SECONDS = 30
"""How long a turn stays on the screen."""

Choices = list[tuple[str, str]]


class KioskWords(NamedTuple):
    """What differs by language: the consent text in force, kinds of documents, states of Venezuela."""

    notice: PrivacyNotice | None
    document_types: Choices
    states: Choices


class KioskPage(NamedTuple):
    """Everything that the screens show. ``steps`` are the questions of this point, without that of the language.

    ``preferential_reasons`` are what the policy of today prefers and a visitor may say, ``older_adult_age`` its age.
    """

    point_names: Mapping[str, str]
    groups: tuple[NeedGroup, ...]
    steps: tuple[str, ...]
    print_format: str
    offers_self_intake: bool
    preferential_reasons: tuple[str, ...]
    older_adult_age: int
    words: Mapping[str, KioskWords]
    idle_seconds: int = IDLE_SECONDS
    warning_seconds: int = WARNING_SECONDS
    turn_seconds: int = TURN_SECONDS


class ShownTurn(NamedTuple):
    """A turn as its visitor sees it. The QR code leads to the page that tells how many wait before the turn."""

    code: str
    ahead: int
    issued_at: datetime
    qr_side: int
    qr_path: str


def build_kiosk_page(session: Session, point_code: str | None, contact: str | None) -> KioskPage:
    """Gather what the kiosk of a point shows today. ``contact`` is the setting CONTACT.

    Raises NotFound for a point that is not in force.
    """
    today = clock.today()
    point = queries.find_point(session, point_code or "")
    if point is None or not point.is_in_force(today):
        raise NotFound(_("This attention point is closed."))
    words = {code: _build_words(session, code, contact) for code in LANGUAGES}
    # Nothing that names somebody is typed without the text that says what becomes of it.
    offers_self_intake = point.self_intake and all(language_words.notice for language_words in words.values())
    intake_steps = (*SELF_INTAKE_QUESTIONS, *INTAKE_FIELDS) if offers_self_intake else ()
    policy = find_policy(session, point.code, today)
    # A reason that the policy does not prefer is not asked: the screen promises a preferential turn for it.
    groups = policy.preferential_groups if policy.preferential_calls else frozenset()
    reasons = tuple(reason for reason in VISITOR_REASONS if reason in groups)
    questions = [step for step in QUESTIONS[1:] if reasons or step != "preferential"]
    return KioskPage(
        point_names=point.name,
        groups=list_need_groups(session, today),
        steps=(*questions, *intake_steps),
        print_format=point.print_format,
        offers_self_intake=offers_self_intake,
        preferential_reasons=reasons,
        older_adult_age=policy.older_adult_age,
        words=words,
    )


def show_turn(turn: Turn, ahead: int, public_url: str) -> ShownTurn:
    """The turn for its screen and its slip."""
    return ShownTurn(turn.code, ahead, turn.issued_at, *build_qr_code_path(f"{public_url}/turns/{turn.id}/place"))


def draw_in_words_of(language: str, macro: Callable[..., Any], *arguments: Any) -> Any:
    """Draw a macro of a template in a language, whatever that of the page is."""
    # A macro is drawn when it is called, so the language of that moment is that of its words.
    with in_language(language):
        return macro(*arguments)


def _build_words(session: Session, language: str, contact: str | None) -> KioskWords:
    with in_language(language):
        document_types = get_code_list("document_types")
        return KioskWords(
            notice=describe_privacy(session, contact),
            document_types=[(code, document_types.label_for_code(code, language)) for code in DOCUMENT_TYPES],
            states=get_code_list("origin").form_choices(language, clock.today()),
        )
