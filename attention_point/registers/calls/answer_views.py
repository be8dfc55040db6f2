"""Format 2: the recipient's pages, opened by the link of the mail, without an account.

Reading changes nothing, so that a mail program that looks ahead answers nothing. Answering is a form like that of
signing in: its token is bound to the browser's cookie, and what comes from another site is refused by the gate.
"""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Reply
from sqlalchemy.orm import Session

from attention_point.accounts import throttle
from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Invalid, NotFound
from attention_point.foundation.web import database, db
from attention_point.registers.calls import documents, queries, services
from attention_point.registers.calls.forms import AnswerForm
from attention_point.registers.calls.models import BulletinLink, Call, CallAnswer
from attention_point.registers.calls.register import CALLS, RECIPIENTS
from attention_point.registers.shared import describe
from attention_point.registers.shared.forms import place
from attention_point.registers.shared.queries import get
from attention_point.registers.shared.wording import date_words, lines, words

blueprint = Blueprint("call_answers", __name__, url_prefix="/call-answers")
TOKEN = "/<string(maxlength=64):token>"  # noqa: S105 - the place of one in an address


@blueprint.get(TOKEN)
@public
def letter(token: str) -> Reply:
    """The calls of a bulletin, each with what this recipient answered."""
    today = clock.today()
    link = services.link_of(db(), token, today)
    told = queries.told(db(), link.bulletin)
    return render_template(
        "registers/calls/letter.html",
        told=told,
        token=token,
        ends=link.ends,
        recipient=get(db(), RECIPIENTS, link.recipient),
        answers=queries.answers_of(db(), link.recipient, [call.id for call, _facts in told]),
        closed={call.id for call, _facts in told if queries.is_closed(call, today)},
        closing=documents.closing,
    )


@blueprint.route(f"{TOKEN}/<uuid:record>", methods=["GET", "POST"])
@public
def reply(token: str, record: UUID) -> Reply:
    """One call with the form of the answer."""
    if request.method == "POST":
        _slow_down_guesses(token)
    now = clock.now()
    link = services.link_of(db(), token, clock.local_day(now))
    call, facts = _told(db(), link, record)
    given = queries.answers_of(db(), link.recipient, [record]).get(record)
    form = AnswerForm(data=_shown(given))
    form.offer()
    status = 200
    if request.method == "POST":
        try:
            services.answer(db(), token, record, form.said(), now)
        except Invalid as refusal:
            place(form, refusal.fields)
            status = refusal.status
        else:
            flash(_("Thank you. Your answer is kept; you can change it until the call closes."), "success")
            return redirect(url_for("call_answers.letter", token=token), 303)
    closed = queries.is_closed(call, clock.local_day(now))
    return render_template(
        "registers/calls/reply.html",
        form=form,
        call=call,
        facts=facts,
        fields=[CALLS.field(key) for key in documents.TOLD if facts.get(key) is not None],
        given=given,
        closed=closed,
        token=token,
        words=words,
        lines=lines,
        date_words=date_words,
        kinds=describe,
    ), status


def _told(session: Session, link: BulletinLink, record: UUID) -> tuple[Call, dict[str, object]]:
    for call, facts in queries.told(session, link.bulletin):
        if call.id == record:
            return call, facts
    raise NotFound(_("This bulletin has no such call."))


def _shown(given: CallAnswer | None) -> dict[str, str]:
    if given is None:
        return {}
    return {
        "interested": "yes" if given.interested else "no",
        **{key: getattr(given, key) for key in services.LENGTHS},
    }


def _slow_down_guesses(token: str) -> None:
    """Count an answer sent with a link that does not exist against the address it came from. Raises TooMany."""
    with database().reading() as session:
        known = session.get(BulletinLink, services.digest(token)) is not None
    if not known:
        with database().writing() as session:
            vault = session.info["vault"]
            guesser = throttle.address_key(vault, f"call-answers/{request.remote_addr or ''}")
            throttle.admit(session, throttle.account_key(vault, f"call-answers/{token}"), guesser, clock.now())
