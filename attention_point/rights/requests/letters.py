"""The papers of a request, in plain words: the receipt, what is missing, the new day, the transfer, the answer."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language, format_date, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import Block, BulletList, Heading, Paragraph, Report, Signature
from attention_point.rights.requests import stored_requests
from attention_point.rights.requests.stored_requests import GRANTED, REFUSED, StoredRequest
from attention_point.rights.terms import find_term_of_kind, load_rules

PAPER_TITLES = {
    "receipt": N_("We received your request"),
    "missing": N_("We need something to answer your request"),
    "extension": N_("We need more days to answer your request"),
    "transfer": N_("We sent your request to whom it belongs"),
    "answer": N_("Answer to your request"),
}
"""The papers of a request by name, with the message id of each title."""


def list_papers(request: StoredRequest) -> list[str]:
    """The papers that a request has by now, in the order in which they came about."""
    is_there = {
        "receipt": True,
        "missing": bool(request.note.get("asked_on")),
        "extension": bool(request.note.get("extended_to")),
        "transfer": request.state == stored_requests.TRANSFERRED,
        "answer": bool(request.note.get("outcome")),
    }
    return [name for name in PAPER_TITLES if is_there[name]]


def build_paper(
    request: StoredRequest,
    paper: str,
    *,
    contact: str | None,
    watermark: str | None,
    person_name: str = "",
    purposes: Sequence[str] = (),
) -> Report:
    """One paper of a request as a report. ``contact`` is where the person can ask. Raises KeyError for another name.

    ``person_name`` is the name on file; it is written only for the person who proved who they are. Of somebody who was
    erased the paper has no name, nor anything that was said. ``purposes`` are what is taken back, in words.
    """
    title = _(PAPER_TITLES[paper])
    writers = {
        "receipt": _write_receipt,
        "missing": _write_missing,
        "extension": _write_extension,
        "transfer": _write_transfer,
        "answer": _write_answer,
    }
    blocks = [
        Paragraph(_("Filing number: %(reference)s", reference=request.reference)),
        Paragraph(_find_addressee(request, person_name)),
        *_say_request(request, purposes),
        *writers[paper](request),
        *_say_basis(request),
    ]
    if contact:
        blocks.append(Paragraph(_("Questions? Write or call: %(contact)s", contact=contact)))
    blocks.append(Signature(_("Bucaramanga, %(day)s", day=format_date(clock.today()))))
    return Report(
        title=title,
        subtitle="",
        language=str(current_locale()).replace("_", "-"),
        created_at=clock.now(),
        issuer=_("International Affairs Office"),
        blocks=tuple(blocks),
        watermark=watermark,
        reference=request.reference,
    )


def _find_addressee(request: StoredRequest, person_name: str) -> str:
    is_oneself = request.note["asker"] == "person" and request.is_proved
    name = str((request.words or {}).get("asker_name", "")) or (person_name if is_oneself else "")
    return _("For %(name)s", name=name) if name else _("For whoever made this request")


def _say_request(request: StoredRequest, purposes: Sequence[str]) -> Iterator[Block]:
    yield Heading(_("What you asked"), 2)
    yield Paragraph(_label_code("rights_kinds", request.kind))
    if purposes:
        yield BulletList(tuple(purposes))
    text = str((request.words or {}).get("text", ""))
    if text:
        yield Paragraph(f"“{text}”")


def _write_receipt(request: StoredRequest) -> Iterator[Block]:
    yield Heading(_("What happens now"), 2)
    yield Paragraph(_("We received it on %(day)s.", day=format_date(request.received_on)))
    # The first term: what was put off later stands on a paper of its own.
    term = find_term_of_kind(request.kind, request.received_on)
    first_due = _find_first_due(request)
    if first_due is not None:
        sentence = ngettext(
            "We answer at the latest on %(day)s: %(num)s working day.",
            "We answer at the latest on %(day)s: %(num)s working days.",
            term.days,
            day=format_date(first_due),
        )
        yield Paragraph(sentence)
    yield Paragraph(_describe_handing_over(request))
    yield Paragraph(_("Keep this paper. With its filing number you can ask how your request is going. It is free."))
    # A receipt that is found at home tells that somebody asked, and where.
    yield Paragraph(_("Does somebody look through your things? Do not take this paper: learn the number by heart."))


def _find_first_due(request: StoredRequest) -> date | None:
    # While something is missing the term has not begun (Ley 1581 de 2012, art. 15.1): the receipt promises no day.
    if request.state == stored_requests.INCOMPLETE:
        return None
    note: dict[str, Any] = {**request.note, "extended_to": None}
    return stored_requests.StoredRequest(request.id, request.reference, request.version, note, None).clock.due_on


def _describe_handing_over(request: StoredRequest) -> str:
    if request.is_silent:
        return _("You collect the answer here, at the attention point. We send no letter and we do not call.")
    ways = {
        "letter": _("We send the answer to the address that you gave."),
        "email": _("We send the answer to the email that you gave."),
        "phone": _("We call the telephone that you gave."),
    }
    return ways[request.note["answer_way"]]


def _write_missing(request: StoredRequest) -> Iterator[Block]:
    yield Heading(_("What is missing"), 2)
    yield Paragraph(str((request.words or {}).get("missing", "")))
    asked_on = date.fromisoformat(request.note["asked_on"])
    lapses_after = _find_lapse(request)
    yield Paragraph(_("We asked you for it on %(day)s. When it comes, we begin to answer.", day=format_date(asked_on)))
    if lapses_after is not None:
        yield Paragraph(
            _(
                "If it does not come by %(day)s, the law takes your request as withdrawn. You can always ask again.",
                day=format_date(lapses_after),
            )
        )


def _find_lapse(request: StoredRequest) -> date | None:
    # As the clock stood when the paper was written: it may be printed again after what was missing has come, and must
    # then say the same.
    note: dict[str, Any] = {**request.note, "completed_on": None}
    return stored_requests.StoredRequest(request.id, request.reference, 0, note, None).clock.lapses_after


def _write_extension(request: StoredRequest) -> Iterator[Block]:
    yield Heading(_("Why it takes longer"), 2)
    yield Paragraph(str((request.words or {}).get("extension_reason", "")))
    day = format_date(date.fromisoformat(request.note["extended_to"]))
    yield Paragraph(_("We answer at the latest on %(day)s. It cannot be put off again.", day=day))


def _write_transfer(request: StoredRequest) -> Iterator[Block]:
    yield Heading(_("Who answers you"), 2)
    words = request.words or {}
    yield Paragraph(_("We sent it to: %(receiver)s", receiver=str(words.get("receiver", ""))))
    yield Paragraph(str(words.get("transfer_reason", "")))


def _write_answer(request: StoredRequest) -> Iterator[Block]:
    yield Heading(_("What we decided"), 2)
    yield Paragraph(_label_code("rights_outcomes", request.note["outcome"]))
    text = str((request.words or {}).get("decision_text", ""))
    if text:
        yield Paragraph(text)
    yield from map(Paragraph, list_done(request))
    grounds = request.note.get("grounds") or []
    if grounds and request.note["outcome"] != GRANTED:
        yield Heading(_("Why not") if request.note["outcome"] == REFUSED else _("Why not everything"), 2)
        yield BulletList(tuple(_label_code("rights_grounds", ground) for ground in grounds))
    # The authority hears only who has been answered here (Ley 1581 de 2012, art. 16): so every answer names the way to
    # it, also one that grants everything.
    yield Heading(_("If you do not agree"), 2)
    yield Paragraph(_("You can ask us to look at it again. You can also go to:"))
    yield BulletList(
        tuple(
            f"{authority['name']}: {authority['help'][current_language()]} {authority['contact']}"
            for authority in load_rules()["authorities"]
        )
    )


def list_done(request: StoredRequest) -> Iterator[str]:
    """What was done for a granted request, in sentences for who asked."""
    done = request.note.get("done") or {}
    if done.get("recalled"):
        yield ngettext(
            "We took back %(num)s referral that was open, and told the entity not to use your data any more.",
            "We took back %(num)s referrals that were open, and told the entities not to use your data any more.",
            done["recalled"],
        )
    if done.get("kept"):
        yield _("What protects a child goes on, because the law bids it.")
    if (
        request.person is None
        and request.words is None
        and request.kind in {"erasure", "revocation"}
        and request.note.get("outcome") != "refused"
    ):
        yield _(
            "The data were erased. Nobody can read them any more, not even we. What stays is a short note that there "
            "was a file, because the law of archives bids it, and figures that do not say who you are."
        )
        yield _("If we sent your data to an entity, we asked it to erase them too.")


def _say_basis(request: StoredRequest) -> Iterator[Block]:
    yield Paragraph(_("This stands on: %(basis)s.", basis=load_rules()["kinds"][request.kind]["basis"]))


def _label_code(list_name: str, code: str) -> str:
    return get_code_list(list_name).label_for_code(code, current_language())
