"""Loads the section ``calls`` of a year's file: the process, the calls, their proposals."""

from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS
from attention_point.registers.shared.records.loading import YearFileLoad

SECTION_KEYS = {key: key for key in ("process_formalised", "bulletin", "response", "items")}
# The file says "format" of the bulletin and of the answer; the register has a field for each.
BULLETIN_KEYS = {"format": "bulletin_format", "every": "every"}
RESPONSE_KEYS = {"format": "response_format"}
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
            "name", "lead", "partners", "deadline", "result", "result_reason", "next_steps", "total_value",
            "cofinancing_requested", "cofinancing_approved", "tags", "notes",
        )
    },
}  # fmt: skip
_ORGANISATION_KEYS = ("issuer", "funder", "technical_assistance", "lead")


def load_calls(year_load: YearFileLoad, section: Any) -> None:
    """Load ``calls``: ``process_formalised``, ``bulletin``, ``response`` and ``items``, calls with their ``proposals``.

    Amounts without a currency are in Colombian pesos.
    """
    section_values = year_load.rename_keys("calls", section, SECTION_KEYS)
    items = section_values.pop("items", [])
    if section_values:
        _load_process(year_load, section_values)
    if not isinstance(items, list):
        year_load.add_error("calls.items", _("This must be a list."))
        return
    for call_number, row in enumerate(items):
        call_path = f"calls.items.{call_number}"
        values = year_load.rename_keys(call_path, row, CALL_KEYS)
        # Proposals stand under their call in the file; in the register they name it.
        proposals = values.pop("proposals", [])
        year_load.save_record(CALLS, call_path, _build_record(year_load, values))
        if not isinstance(proposals, list):
            year_load.add_error(f"{call_path}.proposals", _("This must be a list."))
            continue
        for proposal_number, proposal in enumerate(proposals):
            proposal_path = f"{call_path}.proposals.{proposal_number}"
            facts = year_load.rename_keys(proposal_path, proposal, PROPOSAL_KEYS)
            year_load.save_record(
                PROPOSALS, proposal_path, _build_record(year_load, {**facts, "call": values.get("name")})
            )


def _load_process(year_load: YearFileLoad, section_values: dict[str, Any]) -> None:
    bulletin = year_load.rename_keys("calls.bulletin", section_values.get("bulletin", {}), BULLETIN_KEYS)
    response = year_load.rename_keys("calls.response", section_values.get("response", {}), RESPONSE_KEYS)
    with in_language("es"):  # a record's name is the office's text, whatever the language of whoever loads it
        name = _("Monitoring of calls")
    facts = {"name": name, "formalised": section_values.get("process_formalised"), **bulletin, **response}
    year_load.save_record(MONITORING, "calls", _build_record(year_load, facts))


def _build_record(year_load: YearFileLoad, values: dict[str, Any]) -> dict[str, Any]:
    # The file may give one organisation as plain text, not as a list.
    organisations = {key: [{"name": values[key]}] for key in _ORGANISATION_KEYS if isinstance(values.get(key), str)}
    return {**values, **organisations, "year": year_load.year}
