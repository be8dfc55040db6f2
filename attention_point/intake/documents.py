"""The papers of a visit."""

from io import BytesIO

from sqlalchemy.orm import Session

from attention_point.foundation.paperwork.slip_pdf import write_slip
from attention_point.foundation.web import settings
from attention_point.intake.queries import OpenVisit
from attention_point.referrals import queries as referrals
from attention_point.referrals.documents import Handed, slip


def slip_of(session: Session, visit: OpenVisit) -> BytesIO:
    """The slip to hand over, as PDF, in the language in use. A referral that does not open is not on it."""
    handed = Handed(visit.point, visit.day, visit.received_at, visit.reference, visit.code)
    opened = referrals.open_of_visit(session, visit.id)
    paper = slip(session, handed, opened, settings().public_url, demo=settings().demo)
    return BytesIO(write_slip(paper))
