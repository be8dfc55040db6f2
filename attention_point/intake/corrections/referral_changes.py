"""The referrals of a corrected visit: those to withdraw, and those to make."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.intake.consents.consent_rules import find_consent, has_consent_for
from attention_point.intake.draft import VisitDraft
from attention_point.intake.planning import VisitPlan
from attention_point.intake.queries import DecryptedVisit
from attention_point.intake.records.visit_storage import build_sealed_suggestion
from attention_point.referrals import rules
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up import corrections as referral_corrections
from attention_point.routing.rule_types import Suggestion
from attention_point.tallies.counted_cells import CellKey

# States in which a referral of the same service must not be made again.
_REPEATABLE_STATES = frozenset({"withdrawn", "expired"})
# What says where a service is given, and by which procedure. The papers to bring follow from it.
_PATH_NAMES = ("service", "entity", "instrument", "closed")


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
        """Whether other services are suggested than before, another entity for one, or another procedure."""
        services = {suggestion.service for suggestion in self.plan.suggestions}
        return self.services_suggested_before != services or self.is_rerouted

    @property
    def is_rerouted(self) -> bool:
        """Whether a service that was suggested before is so at another entity, or by another procedure."""
        return any(map(self._list_path_changes, self.plan.suggestions))

    @property
    def suggestions_to_decide(self) -> tuple[Suggestion, ...]:
        """Those of which the person was not asked: a new service, another entity, or one left open by a correction."""
        undecided = self.visit.record.get("undecided", ())
        return tuple(
            suggestion
            for suggestion in self.plan.suggestions
            if self.is_new(suggestion) or self.is_moved(suggestion) or suggestion.service in undecided
        )

    def is_new(self, suggestion: Suggestion) -> bool:
        """Whether the service was not suggested before."""
        return suggestion.service not in self.services_suggested_before

    def is_moved(self, suggestion: Suggestion) -> bool:
        """Whether the service was suggested before, at another entity."""
        return "entity" in self._list_path_changes(suggestion)

    def find_rerouted(self, referral: DecryptedReferral) -> Suggestion | None:
        """What is suggested now in the place of a referral that was made of a suggestion; None where it is alike."""
        suggestion_before = self._find_before(referral.service)
        if suggestion_before is None or suggestion_before["entity"] != referral.entity:
            return None
        suggestions = (suggestion for suggestion in self.plan.suggestions if suggestion.service == referral.service)
        return next(filter(self._list_path_changes, suggestions), None)

    @property
    def undecided_services(self) -> list[str]:
        """The services of which the person must still be asked: the corrected draft does not say what she answered."""
        declined = {entry.service for entry in self.draft.declined}
        return [
            suggestion.service
            for suggestion in self.suggestions_to_decide
            if suggestion.service not in declined
            and not suggestion.mandatory
            and find_consent(self.draft, f"referral:{suggestion.entity}") is None
            and find_consent(self.draft, "referral:*") is None
        ]

    def _find_before(self, service: str) -> Mapping[str, Any] | None:
        suggestions: Sequence[Mapping[str, Any]] = self.visit.record["suggestions"]
        return next((suggestion for suggestion in suggestions if suggestion["service"] == service), None)

    def _list_path_changes(self, suggestion: Suggestion) -> list[str]:
        """What differs between two suggestions of a service, of ``_PATH_NAMES``; nothing where it is new."""
        # Visits of an older program say nothing of the procedure.
        before = self._find_before(suggestion.service) or {}
        return [name for name in _PATH_NAMES if name in before and before[name] != getattr(suggestion, name)]


def change_referrals(
    session: Session,
    actor: Actor,
    change: PlanChange,
    referrals: Sequence[DecryptedReferral],
    open_months: frozenset[date],
) -> Counter[CellKey]:
    """Withdraw each open referral for which the corrected visit has no need, suggestion or consent any more, and let
    one that stays at its entity take the procedure that is right now.
    """
    cells: Counter[CellKey] = Counter()
    for referral in referrals:
        reason = _find_withdrawal_reason(change, referral) if referral.state in rules.OPEN_STATES else None
        if reason:
            is_month_open = referral.day.replace(day=1) in open_months
            cells.update(
                referral_corrections.withdraw_referral(session, actor, referral, reason, is_month_open=is_month_open)
            )
        elif referral.state in rules.OPEN_STATES and (rerouted := change.find_rerouted(referral)):
            cells.update(referral_corrections.reroute_referral(session, referral, build_sealed_suggestion(rerouted)))
    return cells


def _find_withdrawal_reason(change: PlanChange, referral: DecryptedReferral) -> str | None:
    suggested_services = {suggestion.service for suggestion in change.plan.suggestions}
    is_suggested_no_more = referral.service in change.services_suggested_before - suggested_services
    needs_taken_away = set(change.draft_before.needs) - set(change.draft.needs)
    if is_suggested_no_more or (
        referral.record["need"] in needs_taken_away and referral.service not in suggested_services
    ):
        return referral_corrections.NEED_TAKEN_AWAY
    rerouted = change.find_rerouted(referral)
    # What is closed for the person is referred only if somebody asked for it by name.
    is_asked_for = referral.service in {chosen.service for chosen in change.plan.chosen_referrals}
    if rerouted and (rerouted.entity != referral.entity or (rerouted.closed and not is_asked_for)):
        return referral_corrections.OTHER_PATH
    agreed_before = has_consent_for(change.draft_before, referral.entity)
    if agreed_before and not referral.mandatory and not has_consent_for(change.draft, referral.entity):
        return referral_corrections.CONSENT_TAKEN_AWAY
    return None


def list_new_referrals(change: PlanChange, referrals: Sequence[DecryptedReferral]) -> Iterator[Suggestion]:
    """The referrals that a correction asks for and that the visit does not have."""
    standing = [referral for referral in referrals if referral.state not in _REPEATABLE_STATES]
    services_referred = {referral.service for referral in standing}
    entities_referred = {(referral.service, referral.entity) for referral in standing}
    for referral in change.plan.chosen_referrals:
        # A service that was suggested and not referred to before stays so, unless the correction says otherwise.
        is_requested = change.draft.refer is None or referral.service in change.draft.refer
        is_moved = change.is_moved(referral)
        is_decided = is_requested and (is_moved or change.is_decision_corrected)
        is_asked_for = change.is_new(referral) or referral.mandatory or is_decided
        is_referred = (
            (referral.service, referral.entity) in entities_referred
            if is_moved
            else referral.service in services_referred
        )
        if is_asked_for and not is_referred:
            yield referral


def build_request_for_plan(draft: VisitDraft, given_names: Collection[str]) -> VisitDraft:
    """The draft to plan with: the services chosen when the visit was recorded do not shut out those of a new need."""
    if draft.refer is None or "refer" in given_names:
        return draft
    return draft.model_copy(update={"refer": None})
