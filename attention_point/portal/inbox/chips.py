"""The tabs and the filters of an entity's list in words, each an address of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask import url_for

from attention_point.directory.service_rows import ServiceRow
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language, format_date, format_number
from attention_point.foundation.language import gettext as _
from attention_point.portal.inbox.order.entries import ACCEPTED, ANSWERED, STATES_OF_TAB, WAITING
from attention_point.portal.inbox.order.filters import LATE, InboxFilter
from attention_point.portal.inbox.order.listing import TabCount

TAB_LABELS = {WAITING: N_("Waiting for an answer"), ACCEPTED: N_("Accepted, in progress"), ANSWERED: N_("Answered")}
CAME_LABELS = {
    LATE: N_("Overdue"),
    "today": N_("Today"),
    "days-1-3": N_("1 to 3 days ago"),
    "days-4-7": N_("4 to 7 days ago"),
    "days-8-30": N_("8 to 30 days ago"),
    "days-31": N_("More than 30 days ago"),
}


class Tab(NamedTuple):
    """A tab: its words, its count as text, its address, and whether it is the one in sight."""

    label: str
    count_text: str
    url: str
    is_current: bool


class Choice(NamedTuple):
    """One value of a filter: its words, its address, and whether it is the one in use."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with its choices. ``chosen`` are the words of the choice in use, ``clear_url`` the list without it."""

    name: str
    label: str
    chosen: str
    clear_url: str
    choices: Sequence[Choice]


def build_tabs(endpoint: str, inbox_filter: InboxFilter, counts: Mapping[str, TabCount]) -> list[Tab]:
    """The tabs of a list with how many stand under each."""
    return [
        Tab(
            _(label),
            _("%(count)s or more", count=format_number(counts[tab].count))
            if counts[tab].is_least
            else format_number(counts[tab].count),
            url_for(endpoint, **InboxFilter(tab=tab).arguments),
            tab == inbox_filter.tab,
        )
        for tab, label in TAB_LABELS.items()
    ]


def build_filters(
    endpoint: str, inbox_filter: InboxFilter, service_codes: Sequence[str], services: Mapping[str, ServiceRow]
) -> list[Filter]:
    """The filters of a list: what each is narrowed to, and what else it can be narrowed to."""
    language = current_language()
    states = get_code_list("referral_states")
    state_labels = {state: states.label_for_code(state, language) for state in STATES_OF_TAB[inbox_filter.tab]}
    if "created" in state_labels:
        state_labels["created"] = _("New")
    service_labels = {
        code: services[code].name[language] if code in services else code for code in service_codes if code
    }
    came_labels = {code: _(label) for code, label in CAME_LABELS.items()}
    if inbox_filter.tab == ANSWERED:
        del came_labels[LATE]
    options = {
        "came": (_("When it came"), came_labels),
        "service": (_("Service"), service_labels),
        "state": (_("State"), state_labels),
    }
    filters = [
        _build_filter(endpoint, inbox_filter, name, label, labels)
        for name, (label, labels) in options.items()
        if len(labels) > 1 or getattr(inbox_filter, name)
    ]
    day = format_date(inbox_filter.day) if inbox_filter.day else ""
    return [*filters, Filter("day", _("Day"), day, _build_url(endpoint, inbox_filter, day=None), ())]


def _build_filter(endpoint: str, inbox_filter: InboxFilter, name: str, label: str, labels: Mapping[str, str]) -> Filter:
    chosen = getattr(inbox_filter, name)
    choices = [
        Choice(words, _build_url(endpoint, inbox_filter, **{name: code}), code == chosen)
        for code, words in labels.items()
    ]
    chosen_words = labels.get(chosen, chosen) if chosen else ""
    return Filter(name, label, chosen_words, _build_url(endpoint, inbox_filter, **{name: None}), choices)


def _build_url(endpoint: str, inbox_filter: InboxFilter, **changes: Any) -> str:
    return url_for(endpoint, **replace(inbox_filter, **changes).arguments)
