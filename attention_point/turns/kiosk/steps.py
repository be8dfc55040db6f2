"""The questions of the kiosk in their order, and what each answer changes.

The script of the page (``static/js/kiosk.js``) goes the same way within one page; these are the steps for a tablet on
which scripts do not run.
"""

import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from attention_point import texts
from attention_point.foundation.language import N_
from attention_point.person_fields import PERSON_FIELDS
from attention_point.turns.kiosk.answers import KioskAnswers
from attention_point.turns.rules import VISITOR_REASONS

TURN = "turn"
QUESTIONS = ("language", "needs", "first_time", "slip", "companions", "preferential")
SELF_INTAKE_QUESTIONS = ("intake", "consent")
INTAKE_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "given_names": ("given_names",),
        "surnames": ("surname_1", "surname_2"),
        "birth": ("birth_date",),
        "document": ("documents-0-type", "documents-0-number"),
        "phone": ("phone",),
        "origin": ("origin",),
    }
)
"""The questions of the self-intake with their fields, which have the names of the desk's form."""
STEPS = (*QUESTIONS, *SELF_INTAKE_QUESTIONS, *INTAKE_FIELDS)
FIELD_LENGTHS = {
    "documents-0-type": 10,
    "documents-0-number": 20,
    "origin": 10,
    **{field.name: field.max_length for field in PERSON_FIELDS if field.max_length is not None},
}
"""The longest text of each field of the self-intake, in characters."""
# More than any family; a child that plays with the button must not fill the room.
MOST_COMPANIONS = 20
LARGEST_TEXT = 2
MOST_NEEDS = 20
NEEDS_ROOM = 260
"""The characters that the cookie has for the codes of all needs."""

# The code of a slip, as it stands in the address of its QR code; or the reference of a visit, which the slip shows too.
_SLIP_ADDRESS = re.compile(r".*/slips/([A-Z2-9]{16})\b.*")
_SLIP_CODE = re.compile(r"[A-Z2-9]{16}|[A-Z]{2,6}-\d{4}-\d{6,}")

_NEED_CODE = re.compile(r"[\w-]+", re.ASCII)


class UnfitAnswer(ValueError):
    """A typed text cannot be taken. Its arguments are the name of the field and a message id."""


NO_SLIP_CODE = N_("This does not look like the code of a slip. Look at it again, or go on without it.")
TOO_LONG = N_("This is too long. Write less.")


def list_steps(answers: KioskAnswers, *, offers_self_intake: bool, prefers_visitors: bool = True) -> tuple[str, ...]:
    """The steps of this visitor in their order, the turn at the end.

    ``prefers_visitors`` is whether the policy of the point prefers anybody by the own word.
    """
    skipped = set()
    # A slip of another day is asked for only after "I have been here before".
    if answers.first_time is not False:
        skipped.add("slip")
    if not prefers_visitors:
        skipped.add("preferential")
    if not offers_self_intake:
        skipped.add("intake")
    if not (offers_self_intake and answers.wants_intake):
        skipped.add("consent")
    if not (offers_self_intake and answers.wants_intake and answers.allows_data):
        skipped |= set(INTAKE_FIELDS)
    return (*(step for step in STEPS if step not in skipped), TURN)


def answer_step(
    answers: KioskAnswers, fields: Mapping[str, str], *, offers_self_intake: bool, prefers_visitors: bool = True
) -> KioskAnswers:
    """Take the answer to the question that is shown, and go on to the next one.

    ``fields`` are those that were posted. Raises UnfitAnswer; then the question stays as it is.
    """
    asked = {"offers_self_intake": offers_self_intake, "prefers_visitors": prefers_visitors}
    action = fields.get("action", "")
    if action in {"text_size", "contrast"}:
        return _change_display(_keep_typed_texts(answers, fields), action)
    if action == "back":
        return _keep_typed_texts(answers, fields).change(step=_find_step(answers, -1, asked))
    changed, stays = _ANSWERS.get(answers.step, _take_fields)(answers, fields)
    return changed if stays else changed.change(step=_find_step(changed, 1, asked))


def read_slip_code(typed_text: str) -> str:
    """The code of a slip or the reference of a visit, from what was typed or scanned; "" for nothing.

    Raises UnfitAnswer.
    """
    text = re.sub(r"\s", "", _clean_text("slip_code", typed_text)).upper()
    text = _SLIP_ADDRESS.sub(r"\1", text.replace("/SLIPS/", "/slips/"))
    if text and not _SLIP_CODE.fullmatch(text):
        raise UnfitAnswer("slip_code", NO_SLIP_CODE)
    return text


def read_intake_text(name: str, typed_text: str) -> str:
    """A field of the self-intake, on one line. Raises UnfitAnswer."""
    text = _clean_text(name, typed_text)
    if len(text) > FIELD_LENGTHS[name]:
        raise UnfitAnswer(name, TOO_LONG)
    return text


def _clean_text(name: str, typed_text: str) -> str:
    try:
        return texts.clean_folded(typed_text)
    except texts.UnfitText as error:
        raise UnfitAnswer(name, error.args[0]) from None


Outcome = tuple[KioskAnswers, bool]
"""The changed answers, and whether the same question is asked once more."""


def _take_language(answers: KioskAnswers, fields: Mapping[str, str]) -> Outcome:
    return answers.change(language="en" if fields.get("language") == "en" else "es"), False


def _take_need(answers: KioskAnswers, fields: Mapping[str, str]) -> Outcome:
    if fields.get("action") == "several":
        return answers.change(takes_several=True), True
    if "need" not in fields:
        return answers, False
    need = fields["need"]
    if not need:  # "I don't know, or something else"
        return answers.change(needs=(), takes_several=False), False
    if need not in answers.needs and not _fits_cookie((*answers.needs, need)):
        return answers, True
    # One tap leads on: most people come for one thing, and a second button is one more to read.
    if not answers.takes_several:
        return answers.change(needs=(need,)), False
    chosen = tuple(code for code in answers.needs if code != need)
    return answers.change(needs=chosen if need in answers.needs else (*answers.needs, need)), True


def _fits_cookie(needs: Collection[str]) -> bool:
    # A browser drops a cookie that is too large, and the visitor would have to begin anew.
    has_room = len(needs) <= MOST_NEEDS and sum(map(len, needs)) <= NEEDS_ROOM
    return has_room and all(map(_NEED_CODE.fullmatch, needs))


def _take_first_time(answers: KioskAnswers, fields: Mapping[str, str]) -> Outcome:
    is_first = fields.get("first_time") == "yes"
    return answers.change(first_time=is_first, slip_code="" if is_first else answers.slip_code), False


def _take_slip_code(answers: KioskAnswers, fields: Mapping[str, str]) -> Outcome:
    # "I do not have it" counts whatever stands in the box.
    is_skipped = fields.get("action") == "skip"
    return answers.change(slip_code="" if is_skipped else read_slip_code(fields.get("slip_code", ""))), False


def _take_companions(answers: KioskAnswers, fields: Mapping[str, str]) -> Outcome:
    for name, change in (("more", 1), ("less", -1)):
        group = fields.get(name)
        if group in {"adults", "children"}:
            number = min(max(getattr(answers, group) + change, 0), MOST_COMPANIONS)
            return answers.change(**{group: number}), True
    return answers, False


def _take_preferential(answers: KioskAnswers, fields: Mapping[str, str]) -> Outcome:
    # By the own word, and one is enough: proofs and details are for the desk, not for a screen that others see.
    reason = fields.get("preferential", "")
    return answers.change(preferential=(reason,) if reason in VISITOR_REASONS else ()), False


def _take_intake(answers: KioskAnswers, fields: Mapping[str, str]) -> Outcome:
    return answers.change(wants_intake=fields.get("intake") == "yes"), False


def _take_consent(answers: KioskAnswers, fields: Mapping[str, str]) -> Outcome:
    allows_data = fields.get("attention") == "yes"
    # Nothing stays of what was typed before the visitor went back and said no.
    return answers.change(allows_data=allows_data, fields=answers.fields if allows_data else {}), False


def _take_fields(answers: KioskAnswers, fields: Mapping[str, str]) -> Outcome:
    typed = {name: read_intake_text(name, fields.get(name, "")) for name in INTAKE_FIELDS[answers.step]}
    return answers.change(fields={**answers.fields, **typed}), False


_ANSWERS: Mapping[str, Callable[[KioskAnswers, Mapping[str, str]], Outcome]] = MappingProxyType(
    {
        "language": _take_language,
        "needs": _take_need,
        "first_time": _take_first_time,
        "slip": _take_slip_code,
        "companions": _take_companions,
        "preferential": _take_preferential,
        "intake": _take_intake,
        "consent": _take_consent,
    }
)


def _find_step(answers: KioskAnswers, distance: int, asked: Mapping[str, bool]) -> str:
    steps = list_steps(answers, **asked)
    # The point may have changed its setting meanwhile, so that the question is no longer asked.
    position = steps.index(answers.step) if answers.step in steps else 0
    return steps[min(max(position + distance, 0), len(steps) - 1)]


def _keep_typed_texts(answers: KioskAnswers, fields: Mapping[str, str]) -> KioskAnswers:
    """The answers with what stands in the boxes of the screen, if it is fit: another button was pressed."""
    if answers.step != "slip" and answers.step not in INTAKE_FIELDS:
        return answers
    try:
        return _ANSWERS.get(answers.step, _take_fields)(answers, fields)[0]
    except UnfitAnswer:
        return answers


def _change_display(answers: KioskAnswers, action: str) -> KioskAnswers:
    if action == "contrast":
        return answers.change(has_high_contrast=not answers.has_high_contrast)
    return answers.change(text_size=(answers.text_size + 1) % (LARGEST_TEXT + 1))
