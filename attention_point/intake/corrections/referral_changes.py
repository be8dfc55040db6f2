"""The referrals of a corrected visit: those to withdraw, and those to make."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.intake.consents.consent_rules import has_consent_for
from attention_point.intake.draft import VisitDraft
from attention_point.intake.planning import VisitPlan
from attention_point.intake.queries import DecryptedVisit
from attention_point.referrals import rules
from attention_point.referrals.follow_up import corrections as referral_corrections
from attention_point.referrals.queries import DecryptedReferral
from attention_point.routing.rule_types import Suggestion
from attention_point.tallies.counted_cells import CellKey

# States in which a referral of the same service must not be made again.
_REPEATABLE_STATES = frozenset({"withdrawn", "expired"})


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A visit before a correction, the draft that it was recorded from, and the corrected draft with its plan.

    ``is_decision_corrected``: the correction says which services to refer to, or what the person agrees to.
    """

    visit: DecryptedVisit
    draft_before: VisitDraft
    draft: VisitDraft
    plan: VisitPlan
    is_decision_corrected: bool

    @property
    def services_suggested_before(self) -> frozenset[str]:
        """Codes of the services that the recorded visit suggested."""
        return frozenset(suggestion["service"] for suggestion in self.visit.record["suggestions"])

    @property
    def is_plan_changed(self) -> bool:
        """Whether other services are suggested than before."""
        return self.services_suggested_before != {suggestion.service for suggestion in self.plan.suggestions}


def withdraw_referrals(
    session: Session,
    actor: Actor,
    change: PlanChange,
    referrals: Sequence[DecryptedReferral],
    open_months: frozenset[date],
) -> Counter[CellKey]:
    """Withdraw each open referral for which the corrected visit has no need, suggestion or consent any more."""
    cells: Counter[CellKey] = Counter()
    for referral in referrals:
        reason = _find_withdrawal_reason(change, referral) if referral.state in rules.OPEN_STATES else None
        if reason:
            is_month_open = referral.day.replace(day=1) in open_months
            cells.update(
                referral_corrections.withdraw_referral(session, actor, referral, reason, is_month_open=is_month_open)
            )
    return cells


def _find_withdrawal_reason(change: PlanChange, referral: DecryptedReferral) -> str | None:
    suggested_services = {suggestion.service for suggestion in change.plan.suggestions}
    is_suggested_no_more = referral.service in change.services_suggested_before - suggested_services
    needs_taken_away = set(change.draft_before.needs) - set(change.draft.needs)
    if is_suggested_no_more or (
        referral.record["need"] in needs_taken_away and referral.service not in suggested_services
    ):
        return referral_corrections.NEED_TAKEN_AWAY
    agreed_before = has_consent_for(change.draft_before, referral.entity)
    if agreed_before and not referral.mandatory and not has_consent_for(change.draft, referral.entity):
        return referral_corrections.CONSENT_TAKEN_AWAY
    return None


def list_new_referrals(change: PlanChange, referrals: Sequence[DecryptedReferral]) -> Iterator[Suggestion]:
    """The referrals that a correction asks for and that the visit does not have."""
    services_referred = {referral.service for referral in referrals if referral.state not in _REPEATABLE_STATES}
    for referral in change.plan.chosen_referrals:
        # A service that was suggested and not referred to before stays so, unless the correction says otherwise.
        is_new = referral.service not in change.services_suggested_before
        is_requested = change.draft.refer is None or referral.service in change.draft.refer
        is_asked_for = is_new or referral.mandatory or (change.is_decision_corrected and is_requested)
        if is_asked_for and referral.service not in services_referred:
            yield referral


def build_request_for_plan(draft: VisitDraft, given_names: Collection[str]) -> VisitDraft:
    """The draft to plan with: the services chosen when the visit was recorded do not shut out those of a new need."""
    if draft.refer is None or "refer" in given_names:
        return draft
    return draft.model_copy(update={"refer": None})
