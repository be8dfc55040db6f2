"""Tells what waits. A notice is taken, and its letters and webhooks are queued, in one transaction: never commits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.accounts.queries import Liaison, list_liaisons
from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import new_id
from attention_point.foundation.language import in_language
from attention_point.foundation.mail import queue_message
from attention_point.portal.notifying.letters import build_notice_letter
from attention_point.portal.webhooks import services as webhook_services
from attention_point.referrals import notices
from attention_point.referrals.notices import Notice

DIGEST_HOUR = 6  # local; from then on the letter of the day before goes
Counts = dict[str, int]


def tell_waiting_notices(session: Session, public_url: str, *, has_mail_server: bool) -> int:
    """Queue the letters of all notices that wait, and from six in the morning those of the day before.

    Returns how many letters there are. A disabled account gets none, whatever waited for it. Without a mail server
    only programs are told: letters would wait for years, and then tell of what is long over.
    """
    taken_notices = notices.take_notices(session)
    liaisons = list_liaisons(session) if has_mail_server else []
    webhook_services.queue_deliveries(session, taken_notices)
    counts_by_account = _count_by_account(taken_notices, liaisons)
    digest_counts = _take_due_digests(session)
    daily_accounts = {liaison.account_id for liaison in liaisons if liaison.notice_timing == "daily"}
    if taken_notices:
        counts_for_digest = {account: counts_by_account.get(account, {}) for account in daily_accounts}
        notices.queue_digest_counts(session, counts_for_digest)
    letter_count = 0
    for liaison in liaisons:
        is_digest = liaison.account_id in daily_accounts
        counts = Counter(digest_counts.get(liaison.account_id, {}))
        # Whoever chose "at once" meanwhile is told in one letter what waited for the letter of the day.
        counts.update({} if is_digest else counts_by_account.get(liaison.account_id, {}))
        if counts:
            _queue_letter(session, liaison, counts, public_url, is_digest=is_digest)
            letter_count += 1
    if taken_notices or letter_count:
        journal.record(session, SYSTEM, "referral.notify", "referral", None, notices=len(taken_notices))
    return letter_count


def _count_by_account(taken_notices: Iterable[Notice], liaisons: Iterable[Liaison]) -> dict[UUID, Counts]:
    """How many referrals of each kind each account is to be told."""
    referrals: defaultdict[str, defaultdict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for notice in taken_notices:
        referrals[notice.entity][notice.kind].update(notice.referral_ids)
    return {
        liaison.account_id: {kind: len(ids) for kind, ids in referrals[liaison.entity].items()}
        for liaison in liaisons
        if liaison.entity in referrals
    }


def _take_due_digests(session: Session) -> Mapping[UUID, Counter[str]]:
    now = clock.to_local_time(clock.now())
    counts: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    if now.hour >= DIGEST_HOUR:
        midnight = datetime.combine(now.date(), time(), now.tzinfo)
        for counts_by_account in notices.take_digest_counts(session, midnight):
            for account, account_counts in counts_by_account.items():
                counts[account].update(account_counts)
    return counts


def _queue_letter(
    session: Session, liaison: Liaison, counts: Mapping[str, int], public_url: str, *, is_digest: bool
) -> None:
    with in_language(liaison.language):
        message = build_notice_letter(liaison, counts, public_url, is_digest=is_digest)
    # Taken and told in one transaction, so that no letter can go twice: each has a key of its own. How many letters a
    # visit is followed by tells its entity, for who answers for which stands in clear: no row of one stays.
    queue_message(session, f"referral-notices/{new_id()}", replace(message, leaves_trace=False))
