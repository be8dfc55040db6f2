"""Reads a map of services: JSON of the shape in which the GIFMM publishes its points, or CSV.

A point has a state, a department, a municipality and services; ``data/service_map.yaml`` says by which names.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from attention_point import texts
from attention_point.directory.seed.loading import DATA_FOLDER, MAX_FILE_BYTES
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import AppError, FieldError, Invalid
from attention_point.foundation.language import gettext as _

# Each is compared with all others, by name and by address: texts of any length would take minutes.
MAX_POINTS = 1000
MAX_COMPARED_LENGTH = 300
# Keys under which a JSON file may keep its list of points.
_LIST_KEYS = ("points", "puntos", "features", "data", "results")
_SEPARATORS = (";", "|", ",")

# A point as JSON keeps it: texts by field, ``services`` a list, ``is_open``, ``municipality`` a code of DIVIPOLA, and
# ``row``, its place in the file as a person counts it.
Point = dict[str, Any]


def read_service_map(content: bytes) -> list[Point]:
    """The points of a file. Raises AppError for a file that is none, and Invalid, which names each wrong row."""
    if len(content) > MAX_FILE_BYTES:
        raise AppError(_("The file is too large: at most 2 MB."))
    rows = list(_read_rows(_decode_text(content)))
    if not rows:
        raise AppError(_("The file has no point."))
    if len(rows) > MAX_POINTS:
        raise AppError(_("The file has more than %(count)s points.", count=MAX_POINTS))
    points: list[Point] = []
    errors: list[FieldError] = []
    for number, row in rows:
        point = _read_point(number, row)
        errors += (FieldError(f"rows.{number}", message) for message in _list_errors(point))
        points.append(point)
    if errors:
        raise Invalid(_("Nothing was loaded. The file needs correcting:"), tuple(errors))
    return points


def _decode_text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What a Spanish Excel writes.
        return content.decode("cp1252", errors="replace")


def _read_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row with its number in the file: of a list from 1, of a table as its line."""
    if text.lstrip()[:1] in {"[", "{"}:
        for number, item in enumerate(_find_list(_parse_json(text)), 1):
            if not isinstance(item, Mapping):
                raise AppError(_("Point %(number)s of the file cannot be read.", number=number))
            yield number, _flatten_feature(item)
        return
    first_line = text.partition("\n")[0]
    delimiter = max(";,\t", key=first_line.count)
    if not first_line.count(delimiter):
        raise AppError(_("The file is neither JSON nor a table (CSV)."))
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(isinstance(cell, str) and cell.strip() for cell in row.values()):
                yield reader.line_num, {key: cell for key, cell in row.items() if isinstance(key, str)}
    except csv.Error:  # a cell of more than 128 KB, as behind a quotation mark that nothing closes
        raise AppError(_("Line %(line)s of the file cannot be read.", line=reader.line_num)) from None


def _flatten_feature(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """A point as it is, or the properties of a GeoJSON feature with its coordinates."""
    properties, geometry = item.get("properties"), item.get("geometry")
    if not isinstance(properties, Mapping):
        return item
    coordinates = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    if not isinstance(coordinates, list) or len(coordinates) < len(("lon", "lat")):
        return properties
    return {**properties, "lon": coordinates[0], "lat": coordinates[1]}


def _parse_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise AppError(_("The file cannot be read as JSON.")) from None


def _find_list(document: object) -> list[Any]:
    if isinstance(document, Mapping):
        document = next((document[key] for key in _LIST_KEYS if isinstance(document.get(key), list)), None)
    if not isinstance(document, list):
        raise AppError(_("The file has no list of points."))
    return document


def _read_point(number: int, row: Mapping[str, Any]) -> Point:
    fields_by_key = load_vocabulary()["keys"]
    values: Point = {"row": number}
    for key, value in row.items():
        field = fields_by_key.get(_fold_word(str(key)))
        cleaned = _clean_value(value)
        if field and field not in values and cleaned not in ("", []):
            values[field] = cleaned if field == "services" or isinstance(cleaned, str) else ", ".join(cleaned)
    values["services"] = _split_services(values.get("services", []))
    state = _fold_word(str(values.pop("state", "")))
    values["is_open"] = load_vocabulary()["states"].get(state) if state else True
    values["municipality_name"] = str(values.get("municipality", ""))
    values["municipality"] = find_municipality(values["municipality_name"], str(values.get("department", "")))
    return values


def _clean_value(value: Any) -> str | list[str]:
    if isinstance(value, list):
        texts_of_items = (_clean_text(item.get("name") if isinstance(item, dict) else item) for item in value)
        return [text for text in texts_of_items if text]
    return _clean_text(value)


def _clean_text(value: Any) -> str:
    return "" if value is None else " ".join(texts.show_unfit(str(value)).split())


def _split_services(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    separator = next((mark for mark in _SEPARATORS if mark in value), None)
    parts = value.split(separator) if separator else [value]  # one service may have several words
    return [part.strip() for part in parts if part.strip()]


def _list_errors(point: Point) -> Iterator[str]:
    if not point.get("name"):
        yield _("It has no name.")
    for field in ("name", "address"):
        if len(point.get(field, "")) > MAX_COMPARED_LENGTH:
            yield _("Its name or its address is too long: at most %(count)s letters.", count=MAX_COMPARED_LENGTH)
    if point["is_open"] is None:
        yield _("Its state is neither open nor closed.")
    if not point["municipality_name"]:
        yield _("It has no municipality.")
    elif point["municipality"] is None:
        yield _("No municipality is called %(name)s.", name=point["municipality_name"][:60])
    for field, limit in (("latitude", 90), ("longitude", 180)):
        if field in point and not _is_number(point[field], limit):
            yield _("Its coordinates cannot be read.")


def _is_number(text: str, limit: int) -> bool:
    try:
        return -limit <= float(text.replace(",", ".")) <= limit
    except ValueError:
        return False


def find_municipality(name: str, department: str) -> str | None:
    """The code of a municipality by its code or name; of two with one name, the one of the department."""
    codes = get_code_list("municipality")
    name = load_vocabulary()["municipalities"].get(_fold_word(name), name)
    if codes.has_code(name):
        return name
    matches = [code for code in codes if _fold_word(code.es) == _fold_word(name)]
    if len(matches) > 1:
        wanted = _fold_word(department)
        matches = [
            code
            for code in matches
            if wanted in {_fold_word(code.attributes["department"]), code.attributes["department_code"]}
        ]
    return matches[0].code if len(matches) == 1 else None


def _fold_word(text: str) -> str:
    return texts.fold_text(text.replace("_", " ").replace("-", " "))


@cache
def load_vocabulary() -> dict[str, dict[str, Any]]:
    """Words of maps by folded text: ``keys`` → field, ``states`` → whether it is open, ``services`` → code."""
    data = yaml.safe_load((DATA_FOLDER / "service_map.yaml").read_text(encoding="utf-8"))
    return {
        group: {_fold_word(word): meaning for meaning, words in entries.items() for word in words}
        for group, entries in data.items()
    }


def find_services(words: list[str], known_codes: frozenset[str]) -> tuple[list[str], list[str]]:
    """The codes of services that words of a map mean, and the words that mean none."""
    codes: list[str] = []
    unknown_words: list[str] = []
    for word in words:
        code = word if word in known_codes else load_vocabulary()["services"].get(_fold_word(word))
        if code in known_codes:
            codes.append(code)
        else:
            unknown_words.append(word)
    return list(dict.fromkeys(codes)), unknown_words
