"""Format 2: the recipient's pages, opened by the link in the mail, without an account.

Opening a page changes nothing, so a mail program that follows links in advance gives no answer. The form of the answer
is protected like that of signing in: its CSRF token is bound to the browser's cookie, and a form from another site is
refused.
"""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Reply
from sqlalchemy.orm import Session

from attention_point.accounts.sign_in import throttle
from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.errors import Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_database, db_session
from attention_point.registers.calls import queries, reports, services
from attention_point.registers.calls.forms import AnswerForm
from attention_point.registers.calls.models import BulletinLink, Call, CallAnswer
from attention_point.registers.calls.register import CALLS, RECIPIENTS
from attention_point.registers.shared.pages.rendering import FORMATTERS
from attention_point.registers.shared.records.queries import get_record

answers_blueprint = Blueprint("call_answers", __name__, url_prefix="/call-answers")
TOKEN_RULE = "/<string(maxlength=64):token>"  # noqa: S105 - a rule of addresses, no secret


@answers_blueprint.get(TOKEN_RULE)
@public
def list_calls_to_answer(token: str) -> Reply:
    """Show the calls of a bulletin, each with this recipient's answer."""
    today = clock.today()
    link = services.get_bulletin_link(db_session(), token, today)
    bulletin_calls = queries.list_bulletin_calls(db_session(), link.bulletin)
    return render_template(
        "registers/calls/letter.html",
        bulletin_calls=bulletin_calls,
        token=token,
        last_day=link.ends,
        recipient=get_record(db_session(), RECIPIENTS, link.recipient),
        answers=queries.list_answers_of_recipient(
            db_session(), link.recipient, [call.id for call, _facts in bulletin_calls]
        ),
        closed_call_ids={call.id for call, _facts in bulletin_calls if queries.is_closed(call, today)},
        format_closing_day=reports.format_closing_day,
    )


@answers_blueprint.route(f"{TOKEN_RULE}/<uuid:record>", methods=["GET", "POST"])
@public
def edit_answer(token: str, record: UUID) -> Reply:
    """Show one call with the form of the answer, or save the answer."""
    if request.method == "POST":
        _limit_token_guesses(token)
    now = clock.now()
    link = services.get_bulletin_link(db_session(), token, clock.local_day(now))
    call, facts = _get_bulletin_call(db_session(), link, record)
    # Shown again, so that a recipient changes an answer and does not write it twice.
    stored_answer = queries.list_answers_of_recipient(db_session(), link.recipient, [record]).get(record)
    form = AnswerForm(data=_format_answer(stored_answer))
    form.set_choices()
    status = 200
    if request.method == "POST":
        try:
            services.save_answer(db_session(), token, record, form.read_answer(), now)
        except Invalid as refusal:
            form.show_field_errors(refusal.field_errors)
            status = refusal.status
        else:
            flash(_("Thank you. Your answer was saved; you can change it until the call closes."), "success")
            return redirect(url_for("call_answers.list_calls_to_answer", token=token), 303)
    closed = queries.is_closed(call, clock.local_day(now))
    return render_template(
        "registers/calls/reply.html",
        form=form,
        call=call,
        facts=facts,
        fields=[CALLS.get_field(key) for key in reports.BULLETIN_FIELDS if facts.get(key) is not None],
        closed=closed,
        token=token,
        **FORMATTERS,
    ), status


def _get_bulletin_call(session: Session, link: BulletinLink, record: UUID) -> tuple[Call, dict[str, object]]:
    for call, facts in queries.list_bulletin_calls(session, link.bulletin):
        if call.id == record:
            return call, facts
    raise NotFound(_("This call is not in the bulletin."))


def _format_answer(stored_answer: CallAnswer | None) -> dict[str, str]:
    if stored_answer is None:
        return {}
    return {
        "interested": "yes" if stored_answer.interested else "no",
        **{key: getattr(stored_answer, key) for key in services.MAX_LENGTHS},
    }


def _limit_token_guesses(token: str) -> None:
    """Count an answer with an unknown link against the address that sent it. Raises TooManyTries."""
    # Looked up in a session of its own: the count must stay although the answer is refused and rolled back.
    with current_database().read_session() as session:
        link_exists = session.get(BulletinLink, services.hash_token(token)) is not None
    if not link_exists:
        with current_database().write_session() as session:
            vault = session.info["vault"]
            guesser_key = throttle.build_address_key(vault, f"call-answers/{request.remote_addr or ''}")
            throttle.count_sign_in_attempt(
                session, throttle.build_account_key(vault, f"call-answers/{token}"), guesser_key, clock.now()
            )
