"""The rows and columns of each table: the same codes in every period, whoever came.

A code without people is a row of zeros. A code that appeared only with its first person would tell of that person, so
what a list does not name counts in a row that is always there: fixed groups where a list is long, else "other" or "not
given".
"""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from attention_point.dates import last_of_month
from attention_point.directory import queries as directory_queries
from attention_point.foundation.codelists import get_code_list
from attention_point.statistics.cells import OTHER_CODE, CellCodes
from attention_point.statistics.dimension_labels import CODE_LABELS, DIMENSIONS
from attention_point.tallies.facts import NOT_GIVEN

_METROPOLITAN_AREA = ("68001", "68276", "68307", "68547")  # Bucaramanga, Floridablanca, Girón, Piedecuesta
REST_OF_SANTANDER, REST_OF_COLOMBIA = "rest_santander", "rest_colombia"
# Long lists in fixed groups. What is no code here belongs to the group that ``group_code`` names.
_FIXED_CODES: Mapping[str, tuple[str, ...]] = {
    "municipality": (*_METROPOLITAN_AREA, REST_OF_SANTANDER, REST_OF_COLOMBIA, NOT_GIVEN),
    "nationality": ("VE", "CO", OTHER_CODE, NOT_GIVEN),
    "hour": (*(f"{hour:02d}" for hour in range(6, 19)), OTHER_CODE),
    "disability": ("yes", "no", NOT_GIVEN),
}
# What follows from another answer has no row of its own: two rows of nearly the same people would tell of the few by
# whom they differ. The ages tell of older adults, the table of disability of people with one.
_DERIVED_CODES: Mapping[str, frozenset[str]] = {"vulnerability": frozenset({"older_adult", "disability"})}
# Everybody and everything has exactly one of these, so that nobody is "not given".
_COMPLETE_DIMENSIONS = frozenset({"first_time", "vulnerability", "need", "entity", "service", "state", "answer_time"})
_DIRECTORY_DIMENSIONS = frozenset({"need", "entity", "service"})


def list_codes(session: Session, dimension: str, first_day: date) -> tuple[str, ...]:
    """List the codes of a dimension in the order in which a table shows them. The days are those of the month."""
    if dimension == "day":
        return tuple((first_day + timedelta(days=number)).isoformat() for number in range(last_of_month(first_day).day))
    if dimension in _FIXED_CODES:
        return _FIXED_CODES[dimension]
    if dimension == "need":
        codes = [*sorted({service.need for service in directory_queries.get_services_by_code(session).values()})]
    elif dimension == "entity":
        codes = [*directory_queries.list_entity_codes(session)]
    elif dimension == "service":
        codes = [*directory_queries.list_service_codes(session)]
    elif dimension in CODE_LABELS:
        codes = [*CODE_LABELS[dimension]]
    else:
        derived_codes = _DERIVED_CODES.get(dimension, frozenset())
        code_list = get_code_list(DIMENSIONS[dimension].code_list or dimension)
        codes = [code.code for code in code_list if code.code not in derived_codes]
    if dimension in _DIRECTORY_DIMENSIONS:
        return (*sorted(codes), OTHER_CODE)
    return tuple(codes) if dimension in _COMPLETE_DIMENSIONS else (*codes, NOT_GIVEN)


def list_entity_services(session: Session) -> tuple[CellCodes, ...]:
    """List the pairs of entity and service under which referrals are shown: every offer there ever was."""
    services = directory_queries.get_services_by_code(session)
    offered = {(offer.entity, code) for code, service in services.items() for offer in service.offers}
    return (*sorted(offered), (OTHER_CODE, OTHER_CODE))


def is_derived(dimension: str, code: str) -> bool:
    """Whether a code has no row because another table tells it."""
    return code in _DERIVED_CODES.get(dimension, ())


def group_code(dimension: str, code: str, codes: frozenset[str]) -> str:
    """Return the code among ``codes`` under which a recorded code is shown."""
    if code in codes:
        return code
    if dimension == "municipality":
        return REST_OF_SANTANDER if code.startswith("68") else REST_OF_COLOMBIA
    return OTHER_CODE if OTHER_CODE in codes else NOT_GIVEN
