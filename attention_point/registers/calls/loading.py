"""The section of a year's file that is calls: the process, the calls, their proposals."""

from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import speaking
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS
from attention_point.registers.shared.loading import Loading

SECTION = {key: key for key in ("process_formalised", "bulletin", "response", "items")}
BULLETIN = {"format": "bulletin_format", "every": "every"}
RESPONSE = {"format": "response_format"}
CALL_KEYS = {
    "status": "state",
    **{
        key: key
        for key in (
            "name", "issuer", "funder", "technical_assistance", "object", "eligible", "amounts", "opens", "closes",
            "link", "contact", "tags", "notes", "proposals",
        )
    },
}  # fmt: skip
PROPOSAL_KEYS = {
    "status": "state",
    "phase_passed": "phases_passed",
    "presented": "date",
    **{
        key: key
        for key in (
            "name", "lead", "partners", "deadline", "result", "result_reason", "total_value", "cofinancing_requested",
            "cofinancing_approved", "tags", "notes",
        )
    },
}  # fmt: skip
_ORGANISATIONS = ("issuer", "funder", "technical_assistance", "lead")


def load_calls(loading: Loading, section: Any) -> None:
    """``calls``: ``process_formalised``, ``bulletin``, ``response`` and ``items``, calls with their ``proposals``.

    Amounts are in Colombian pesos unless they say their currency.
    """
    known = loading.take("calls", section, SECTION)
    items = known.pop("items", [])
    if known:
        _process(loading, known)
    if not isinstance(items, list):
        loading.complain("calls.items", _("This must be a list."))
        return
    for place, row in enumerate(items):
        where = f"calls.items.{place}"
        values = loading.take(where, row, CALL_KEYS)
        proposals = values.pop("proposals", [])
        loading.put(CALLS, where, _record(loading, values))
        if not isinstance(proposals, list):
            loading.complain(f"{where}.proposals", _("This must be a list."))
            continue
        for number, each in enumerate(proposals):
            there = f"{where}.proposals.{number}"
            facts = loading.take(there, each, PROPOSAL_KEYS)
            loading.put(PROPOSALS, there, _record(loading, {**facts, "call": values.get("name")}))


def _process(loading: Loading, known: dict[str, Any]) -> None:
    bulletin = loading.take("calls.bulletin", known.get("bulletin", {}), BULLETIN)
    response = loading.take("calls.response", known.get("response", {}), RESPONSE)
    with speaking("es"):  # a record is the office's text, not the reader's
        name = _("Monitoring of calls")
    facts = {"name": name, "formalised": known.get("process_formalised"), **bulletin, **response}
    loading.put(MONITORING, "calls", _record(loading, facts))


def _record(loading: Loading, values: dict[str, Any]) -> dict[str, Any]:
    """One organisation may stand alone."""
    several = {key: [{"name": values[key]}] for key in _ORGANISATIONS if isinstance(values.get(key), str)}
    return {**values, **several, "year": loading.year}
