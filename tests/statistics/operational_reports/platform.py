"""The platform's side: the columns of its form, and the checks that it makes of an uploaded workbook."""

from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

# In the platform's order; written here once more, so that a change of the program's list shows.
PLATFORM_COLUMNS = [
    "country", "admin1", "admin2", "organisation", "implementation", "partner", "month", "sector", "indicator",
    "activity", "description", "rmrp", "cva", "value", "mechanism", "output", "beneficiaries", "new_beneficiaries",
    "in_destination", "in_transit", "host_community", "pendular", "returnee", "women_under_18", "men_under_18",
    "women_18_and_over", "men_18_and_over", "other_under_18", "other_18_and_over", "platform",
]  # fmt: skip
HEADERS_2017 = {"Socio principal Nombre", "Refugiados y migrantes EN DESTINO", "Colombianos Retornados"}


def read_upload(content: bytes, *, has_municipality: bool = True) -> list[dict[str, Any]]:
    """Read the first sheet of a workbook as the platform does: by the place of each column."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert book.sheet_names[0] == "5W"
    headers, *lines = book.get_sheet_by_index(0).to_python()
    names = [name for name in PLATFORM_COLUMNS if has_municipality or name != "admin2"]
    assert len(headers) == len(names)
    assert set(headers) >= HEADERS_2017
    return [dict(zip(names, line, strict=True)) for line in lines]


def read_notes(content: bytes) -> str:
    """Read the second sheet as one text."""
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(1)
    return "\n".join(str(line[0]) for line in sheet.to_python())


def check_upload(rows: list[dict[str, Any]]) -> None:
    """Fail where the platform refuses an upload."""
    places = [(row["indicator"], row["admin1"], row.get("admin2")) for row in rows]
    assert len(set(places)) == len(places)
    for row in rows:
        populations, ages = PLATFORM_COLUMNS[18:23], PLATFORM_COLUMNS[23:29]
        assert row["beneficiaries"] > 0
        assert sum(row[name] for name in populations) == row["beneficiaries"]
        assert sum(row[name] for name in ages) == row["beneficiaries"]
        assert 0 <= row["new_beneficiaries"] <= row["beneficiaries"] <= row["output"]
        assert (row["implementation"], bool(row["partner"])) in {("Sí", True), ("No", False)}
        assert row["rmrp"] in {"Sí", "No"}
        assert (row["cva"], row["value"], row["mechanism"]) == ("No", "", "")
        assert row["country"] == "Colombia"
        assert row["admin1"].startswith("CO-")
