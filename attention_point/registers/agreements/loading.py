"""Loads the section ``agreements`` of a year's file."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.shared.records.loading import YearFileLoad
from attention_point.registers.shared.schema.parsing import check_facts

# These keys are the same in the file and in the record.
_UNCHANGED_KEYS = (
    "name", "number", "object", "purpose", "results", "expected_results", "next_steps",
    "started", "signed", "signatories", "valid_from", "valid_to", "link", "amounts",
    "contributions", "milestones", "beneficiaries", "exchanges", "sdgs", "plan_line", "tags", "notes",
)  # fmt: skip
# The file has a key for each role of a partner; the record has one list with roles.
_ROLES_BY_KEY = {
    "partners": "partner",
    "supporters": "supporter",
    "funder": "funder",
    "executor": "executor",
    "model_developed_by": "model-developer",
}
# Keys of the file that stand for a contribution: its side, its means where the key names them, its part.
_CONTRIBUTION_KEYS = {
    "municipal_contribution": ("municipality", "", "amount"),
    "partner_contribution": ("partners", "", "amount"),
    "partner_share_in_kind": ("partners", "in-kind", "share"),
}
_QUALIFIERS = ("approximate", "at_least")
_CONTRIBUTION_FIELDS = AGREEMENTS.get_field("contributions").fields
AGREEMENT_KEYS = {"status": "state"} | {
    key: key for key in (*_UNCHANGED_KEYS, *_ROLES_BY_KEY, *_CONTRIBUTION_KEYS, *_QUALIFIERS)
}


def load_agreements(loading: YearFileLoad, section: Any) -> None:
    """Load a list of records with the keys of ``AGREEMENT_KEYS``; ``approximate`` qualifies the partners' amount."""
    if not isinstance(section, list):
        loading.add_error("agreements", _("This must be a list."))
        return
    for index, row in enumerate(section):
        row_path = f"agreements.{index}"
        values = loading.rename_keys(row_path, row, AGREEMENT_KEYS)
        partners = [
            entry if isinstance(entry, Mapping) else {"name": entry, "role": role}
            for key, role in _ROLES_BY_KEY.items()
            for entry in _wrap_in_list(values.pop(key, None))
        ]
        contributions = _read_contributions(loading, row_path, values)
        beneficiaries = [_read_counted_row(entry) for entry in _wrap_in_list(values.pop("beneficiaries", None))]
        record = {**values, "partners": partners, "contributions": contributions, "beneficiaries": beneficiaries}
        loading.save_record(AGREEMENTS, row_path, {**record, "year": loading.year})


def _wrap_in_list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _read_contributions(loading: YearFileLoad, row_path: str, values: dict[str, Any]) -> list[Any]:
    """The contributions as rows of the register. Takes their keys out of ``values``."""
    contributions = _wrap_in_list(values.pop("contributions", None))
    qualifiers = [key for key in _QUALIFIERS if values.pop(key, False)]
    qualifier = qualifiers[0] if qualifiers else ""
    if "partner_contribution" not in values:
        message = _("There is no amount of the partners that this could qualify.")
        for key in qualifiers:
            loading.add_error(f"{row_path}.{key}", message)
    for key, (side, means, part) in _CONTRIBUTION_KEYS.items():
        value = values.pop(key, None)
        if value is None:
            continue
        if part == "share":
            value = _format_percent(value)
        elif qualifier and key == "partner_contribution" and not isinstance(value, Mapping):
            value = {"amount": value, "mark": qualifier}
        # Checked here, because a later error would name a row of contributions that the file does not have.
        errors = check_facts(_CONTRIBUTION_FIELDS, {"side": side, part: value})[1]
        for error in errors:
            loading.add_error(f"{row_path}.{key}", error.message)
        if not errors:
            contributions.append({"side": side, "means": means, part: value})
    return contributions


def _format_percent(fraction: Any) -> str:
    """A fraction of 1 in percent, as a person types it. Anything else stays, so that the check refuses it."""
    try:
        return f"{Decimal(str(fraction)) * 100:.2f}"
    except InvalidOperation:
        return str(fraction)


def _read_counted_row(row: Any) -> Any:
    """A row with its count as a COUNT: the file says beside the number, by a key of its own, that it is an estimate."""
    if not isinstance(row, Mapping):
        return row
    facts = {key: value for key, value in row.items() if key not in _QUALIFIERS}
    if "count" in facts:
        facts["count"] = {"number": row["count"], "mark": next(filter(row.get, _QUALIFIERS), None)}
    return facts
