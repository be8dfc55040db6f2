"""What the room does by itself: claims lapse of which nothing more came, and ``doctor`` names what is late."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import LATE, NEXT, TODAY, Check, Task
from attention_point.foundation.erasers import Eraser
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.key_rotation import rotate_sealed_rows
from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import REVOCATION_LIST_FILE
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import add_working_days
from attention_point.people.claim_marks import kept_revocations, stored_marks
from attention_point.people.claim_marks.stored_marks import erase_marks
from attention_point.people.claim_marks.tag_rotation import rotate_tags
from attention_point.people.models import RightsMark
from attention_point.referrals.follow_up.recalls import list_recalls
from attention_point.rights import request_retention
from attention_point.rights.models import DataIncident, RightsRequest
from attention_point.rights.office.incidents import SEALING_PURPOSE as INCIDENT_PURPOSE
from attention_point.rights.office.incidents import list_incidents
from attention_point.rights.requests import steps, stored_requests
from attention_point.rights.requests.carrying_out import list_returned_referrals

_SOON_WORKING_DAYS = 2
_CONFIRMED_WITHIN = 10  # working days, as long as somebody may wait to learn what is known of them


def lapse_claims(database: Database, _settings: Settings, _period: str) -> None:
    """Close the claims of which nobody sent what was missing for two months (Ley 1581 de 2012, art. 15.1)."""
    with database.read_session() as session:
        waiting = [stored for stored in stored_requests.list_open_requests(session) if _has_lapsed(stored)]
        damage = list_noted_damage(session)
    for stored in waiting:
        # A transaction for each: a claim that somebody completes meanwhile takes none of the others back.
        with database.write_session() as session:
            steps.lapse_request(session, stored)
    write_damage_to_journal(database, SYSTEM, damage)


def keep_revocations(database: Database, settings: Settings, _period: str) -> None:
    """The job ``revocations``: what was taken back stands beside the keyring too, and again in an older database."""
    kept_revocations.keep_revocations(database, settings.keyring.with_name(REVOCATION_LIST_FILE))


def _has_lapsed(stored: stored_requests.StoredRequest) -> bool:
    lapses_after = stored.clock.lapses_after
    return lapses_after is not None and clock.today() > lapses_after


def check_kept_revocations(_database: Database, settings: Settings) -> Iterator[str]:
    """Find lines beside the keyring that no key opens: of another keyring, or cut off by a power cut."""
    count = kept_revocations.count_unreadable(settings.keyring.with_name(REVOCATION_LIST_FILE))
    if count:
        yield ngettext(
            "%(num)s line of “%(file)s” does not open, and stands apart in “%(file)s.unreadable”. If it is of another "
            "keyring of this installation, put that one back; if not, delete that file.",
            "%(num)s lines of “%(file)s” do not open, and stand apart in “%(file)s.unreadable”. If they are of another "
            "keyring of this installation, put that one back; if not, delete that file.",
            count,
            file=REVOCATION_LIST_FILE,
        )


def _find_late_matters(database: Database, _settings: Settings) -> Iterator[str]:
    today = clock.today()
    with database.read_session() as session:
        late = sum(_is_late(stored) for stored in stored_requests.list_open_requests(session))
        untold = sum(incident.is_overdue(today) for incident in list_incidents(session))
        past = request_retention.list_past_requests(session, today)
        returned_count = len(list_returned_referrals(session))
    if returned_count:
        yield _describe_returned(returned_count) + " " + _("Open “Rights” and withdraw them.")
    if past_count := len(past.wordy) + len(past.over):
        yield ngettext(
            "%(num)s closed request is past its time: “attention-point person purge-requests” says which.",
            "%(num)s closed requests are past their time: “attention-point person purge-requests” says which.",
            past_count,
        )
    if late:
        yield ngettext(
            "%(num)s request about data is not answered in time: open “Rights” and answer it.",
            "%(num)s requests about data are not answered in time: open “Rights” and answer them.",
            late,
        )
    if untold:
        yield ngettext(
            "%(num)s incident of data was not told to the authority in time: open “Incidents”.",
            "%(num)s incidents of data were not told to the authority in time: open “Incidents”.",
            untold,
        )


def _describe_returned(count: int) -> str:
    return ngettext(
        "%(num)s referral is open again though its consent was taken back: a backup was restored.",
        "%(num)s referrals are open again though their consent was taken back: a backup was restored.",
        count,
    )


def _is_late(stored: stored_requests.StoredRequest) -> bool:
    due_on = stored.clock.due_on
    return due_on is not None and clock.today() > due_on


def list_tasks(session: Session, actor: Actor) -> Iterator[Task]:
    """Requests, incidents and what entities still have to confirm, by how near their last day is."""
    if not actor.may("rights.decide"):
        return
    open_requests = stored_requests.list_open_requests(session)
    for group, count in _count_by_group(stored.clock.due_on for stored in open_requests):
        sentence = ngettext(
            "%(num)s request about data waits for an answer.", "%(num)s requests about data wait for an answer.", count
        )
        yield Task(group, sentence, "rights.list_requests")
    if unjoined := sum(stored.waits_for_person for stored in open_requests):
        sentence = ngettext(
            "%(num)s request of the web page is joined to no record yet.",
            "%(num)s requests of the web page are joined to no record yet.",
            unjoined,
        )
        yield Task(TODAY, sentence, "rights.list_requests")
    if returned_count := len(list_returned_referrals(session)):
        yield Task(TODAY, _describe_returned(returned_count), "rights.list_requests")
    untold = [entry for entry in list_incidents(session) if entry.waits_for_report]
    for group, count in _count_by_group(incident.report_by for incident in untold):
        sentence = ngettext(
            "%(num)s incident of data is still to be told to the authority.",
            "%(num)s incidents of data are still to be told to the authority.",
            count,
        )
        yield Task(group, sentence, "rights_office.list_incidents")
    last_days = (add_working_days(recall.asked_on, _CONFIRMED_WITHIN) for recall in list_recalls(session))
    if unconfirmed := sum(last_day < clock.today() for last_day in last_days):
        sentence = ngettext(
            "%(num)s referral: its entity has not confirmed that it uses the data no more.",
            "%(num)s referrals: their entities have not confirmed that they use the data no more.",
            unconfirmed,
        )
        yield Task(LATE, sentence, "rights.list_requests")


def _count_by_group(last_days: Iterable[date | None]) -> list[tuple[str, int]]:
    today = clock.today()
    soon = add_working_days(today, _SOON_WORKING_DAYS)
    return list(Counter(_find_group(last_day, today, soon) for last_day in last_days).items())


def _find_group(due_on: date | None, today: date, soon: date) -> str:
    if due_on is None or due_on > soon:
        return NEXT
    return LATE if due_on < today else TODAY


def _find_today(today: date) -> str:
    return today.isoformat()


def _list_people_who_wait(session: Session) -> set[UUID]:
    # Their files are kept until they are answered, whatever it is that they ask.
    people = (request.person for request in stored_requests.list_open_requests(session))
    return {person for person in people if person is not None}


LAPSE_JOB = Job("rights-lapse", _find_today, lapse_claims)
REVOCATION_JOB = Job("revocations", due_every_run, keep_revocations)
KEPT_CHECK = Check(N_("Consents that were taken back"), check_kept_revocations, is_advice=True)
LATE_CHECK = Check(N_("Requests about data, and incidents"), _find_late_matters)

ERASERS = (
    # The requests first: a mark that is gone says no more whose request it was.
    Eraser(N_("requests about data"), stored_requests.erase_requests, _list_people_who_wait),
    Eraser(N_("marks of rights"), erase_marks),
)

ROTATIONS = (
    rotate_sealed_rows(N_("marks of rights"), stored_marks.SEALING_PURPOSE, RightsMark.id, RightsMark.sealed),
    rotate_tags(N_("tags of marks of rights"), RightsMark, stored_marks.TAG_FIELD, stored_marks.read_marked_person),
    rotate_sealed_rows(N_("requests about data"), stored_requests.NOTE_PURPOSE, RightsRequest.id, RightsRequest.sealed),
    rotate_tags(
        N_("tags of requests about data"), RightsRequest, stored_requests.TAG_FIELD, stored_requests.read_tagged_person
    ),
    rotate_sealed_rows(N_("incidents"), INCIDENT_PURPOSE, DataIncident.id, DataIncident.sealed),
)
