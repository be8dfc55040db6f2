"""The section of a year's file that is agreements."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.shared.loading import Loading
from attention_point.registers.shared.reading import check

_AS_IT_IS = (
    "name", "number", "object", "started", "signed", "signatories", "valid_from", "valid_to", "link", "amounts",
    "contributions", "milestones", "beneficiaries", "exchanges", "sdgs", "plan_line", "tags", "notes",
)  # fmt: skip
_ROLES = {
    "partners": "partner",
    "supporters": "supporter",
    "funder": "funder",
    "executor": "executor",
    "model_developed_by": "model-developer",
}
_GIVEN = {
    "municipal_contribution": ("municipality", "", "amount"),
    "partner_contribution": ("partners", "", "amount"),
    "partner_share_in_kind": ("partners", "in-kind", "share"),
}
"""What a key of the file says: the side, its means where the key names them, and the part of a contribution."""
_MARKS = ("approximate", "at_least")
_CONTRIBUTION = AGREEMENTS.field("contributions").fields
KEYS = {"status": "state"} | {key: key for key in (*_AS_IT_IS, *_ROLES, *_GIVEN, *_MARKS)}


def load_agreements(loading: Loading, section: Any) -> None:
    """``agreements``: a list of records by the keys of ``KEYS``. ``approximate`` is said of the partners' amount."""
    if not isinstance(section, list):
        loading.complain("agreements", _("This must be a list."))
        return
    for place, row in enumerate(section):
        where = f"agreements.{place}"
        values = loading.take(where, row, KEYS)
        partners = [
            each if isinstance(each, Mapping) else {"name": each, "role": role}
            for key, role in _ROLES.items()
            for each in _listed(values.pop(key, None))
        ]
        given = _contributions(loading, where, values)
        beneficiaries = [_counted(each) for each in _listed(values.pop("beneficiaries", None))]
        whole = {**values, "partners": partners, "contributions": given, "beneficiaries": beneficiaries}
        loading.put(AGREEMENTS, where, {**whole, "year": loading.year})


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _contributions(loading: Loading, where: str, values: dict[str, Any]) -> list[Any]:
    """The contributions as rows of the register; takes their keys out of ``values``."""
    found = _listed(values.pop("contributions", None))
    mark = next((each for each in _MARKS if values.get(each)), "")
    for each in _MARKS:
        if values.pop(each, False) and "partner_contribution" not in values:
            loading.complain(f"{where}.{each}", _("There is no amount of the partners of which this could be said."))
    for key, (side, means, part) in _GIVEN.items():
        value = values.pop(key, None)
        if value is None:
            continue
        if part == "share":
            value = _percent(value)
        elif mark and key == "partner_contribution" and not isinstance(value, Mapping):
            value = {"amount": value, "mark": mark}
        wrong = check(_CONTRIBUTION, {"side": side, part: value})[1]
        for error in wrong:
            loading.complain(f"{where}.{key}", error.message)
        if not wrong:
            found.append({"side": side, "means": means, part: value})
    return found


def _percent(fraction: Any) -> str:
    """A fraction of 1 as it is typed, in percent; what is none as it is, for the check to say so."""
    try:
        return f"{Decimal(str(fraction)) * 100:.2f}"
    except InvalidOperation:
        return str(fraction)


def _counted(row: Any) -> Any:
    """A row whose count says by a key of its own that it is an estimate."""
    if not isinstance(row, Mapping):
        return row
    mark = next((each for each in _MARKS if row.get(each)), None)
    count = {"count": {"number": row["count"], "mark": mark}} if "count" in row else {}
    return {**{key: value for key, value in row.items() if key not in _MARKS}, **count}
