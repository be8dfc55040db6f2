"""Pages of lists as the API of HSDS 3.0 describes them, and what a program may ask for in the address."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _

PAGE_SIZE = 50
MAXIMUM_SIZE = 1000  # "minimal" is meant to give a whole directory in one page
# What the standard describes and this directory answers. It keeps no coordinates and no postcodes: to leave those
# parameters out without a word would give a program the whole list in place of what is near.
_PARAMETERS = frozenset(
    ("search", "page", "per_page", "format", "modified_after", "minimal", "full", "full_service", "top_only")
    + ("taxonomy_term_id", "taxonomy_id", "organization_id", "parent_id")
)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False, "": False}


class ListRequest(NamedTuple):
    """Which part of a list a program asks for. ``size`` is None for the usual one."""

    page: int
    size: int | None
    search: str
    is_full: bool
    is_minimal: bool
    is_ndjson: bool


def read_list_request(arguments: Mapping[str, str]) -> ListRequest:
    """Read the parameters that all lists have. Raises Invalid, which names each parameter that is wrong."""
    message = _("The list cannot be narrowed by this.")
    errors = [FieldError(name, message) for name in arguments if name not in _PARAMETERS]
    page = _read_number(arguments, "page", 10**6, errors)
    size = _read_number(arguments, "per_page", MAXIMUM_SIZE, errors)
    is_full, is_minimal = _read_flag(arguments, "full", errors), _read_flag(arguments, "minimal", errors)
    _read_flag(arguments, "full_service", errors)  # 3.0 describes no field for services in an organization
    if arguments.get("format", "json") not in {"json", "ndjson"}:
        errors.append(FieldError("format", _("Choose json or ndjson.")))
    _check_moment(arguments.get("modified_after", ""), errors)
    if errors:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    is_ndjson = arguments.get("format") == "ndjson"
    return ListRequest(page or 1, size, arguments.get("search", ""), is_full, is_minimal, is_ndjson)


def _read_number(arguments: Mapping[str, str], name: str, maximum: int, errors: list[FieldError]) -> int | None:
    text = arguments.get(name, "")
    if not text:
        return None
    # ``isdecimal`` alone takes figures of other scripts too.
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= maximum):
        errors.append(FieldError(name, _("Write a whole number from 1 to %(maximum)s.", maximum=maximum)))
        return None
    return int(text)


def _read_flag(arguments: Mapping[str, str], name: str, errors: list[FieldError]) -> bool:
    value = _BOOLEANS.get(arguments.get(name, "").lower())
    if value is None:
        errors.append(FieldError(name, _("Write true or false.")))
    return bool(value)


def _check_moment(text: str, errors: list[FieldError]) -> None:
    # Nobody notes when each published text changed, so that this leaves nothing out; what is no moment is still wrong.
    try:
        if text:
            datetime.fromisoformat(text)
    except ValueError:
        errors.append(FieldError("modified_after", _("Write a date and time: 2026-11-30T08:00:00-05:00.")))


def build_page(items: Sequence[Any], asked: ListRequest) -> dict[str, Any]:
    """One page of a list, around ``contents``. A page behind the last one is empty."""
    size = asked.size or (MAXIMUM_SIZE if asked.is_minimal else PAGE_SIZE)
    total_pages = -(-len(items) // size)
    contents = list(items[(asked.page - 1) * size : asked.page * size])
    return {
        "total_items": len(items),
        "total_pages": total_pages,
        "page_number": asked.page,
        "size": len(contents),
        "first_page": asked.page == 1,
        "last_page": asked.page >= total_pages,
        "empty": not contents,
        "contents": contents,
    }
