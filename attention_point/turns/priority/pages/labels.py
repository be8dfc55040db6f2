"""The words for a policy."""

from collections.abc import Mapping

from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.turns.priority.comparison import ORDINARY, PREFERENTIAL
from attention_point.turns.priority.rules import Policy
from attention_point.turns.rules import PREFERENTIAL_REASONS

REASON_LABELS: Mapping[str, str] = {
    "small_children": N_("Small children"),
    "pregnant": N_("Pregnancy"),
    "disability": N_("Disability of any kind"),
    "older_adult": N_("Older adults"),
    "other": N_("Other reasons that staff see"),
}
GROUP_LABELS: Mapping[str, str] = {
    PREFERENTIAL: N_("Preferential turns"),
    ORDINARY: N_("Ordinary turns"),
}


def describe_policy(policy: Policy) -> list[tuple[str, str]]:
    """Describe a policy as pairs of a label and words."""
    return [
        (_("Order of the calls"), _describe_pattern(policy)),
        (
            _("Head start"),
            _(
                "A preferential turn passes those who came at most %(count)s minutes before it.",
                count=policy.ageing_minutes,
            ),
        ),
        (
            _("Longest wait"),
            _(
                "After %(count)s minutes of waiting nobody is passed: whoever waits longest is called first.",
                count=policy.longest_wait_minutes,
            ),
        ),
        (_("Who has a preferential turn"), _describe_groups(policy)),
    ]


def _describe_pattern(policy: Policy) -> str:
    # The pattern would read "0 calls that prefer", which says less than what follows from it.
    if not policy.preferential_calls:
        return _("Everybody in order of arrival.")
    preferential, ordinary = policy.preferential_calls, policy.ordinary_calls
    parts = {
        "preferential": ngettext(
            "%(count)s call that prefers", "%(count)s calls that prefer", preferential, count=preferential
        ),
        "ordinary": ngettext(
            "%(count)s call in order of arrival", "%(count)s calls in order of arrival", ordinary, count=ordinary
        ),
    }
    return _("%(preferential)s, then %(ordinary)s.", **parts)


def _describe_groups(policy: Policy) -> str:
    labels = [
        describe_reason(reason, policy) for reason in PREFERENTIAL_REASONS if reason in policy.preferential_groups
    ]
    return " · ".join(labels) if labels else _("Nobody")


def describe_reason(reason: str, policy: Policy) -> str:
    """Name a reason for a preferential turn; older adults with their age."""
    label = _(REASON_LABELS[reason])
    return (
        _("%(label)s, from %(age)s years", label=label, age=policy.older_adult_age)
        if reason == "older_adult"
        else label
    )
