"""The glossary names what the code names."""

import re

from attention_point.foundation import paths

GLOSSARY = paths.PROJECT_FOLDER / "docs" / "glossary.md"
CODE_NAME = re.compile(r"`([A-Za-z_]+)`")


def _list_code_names() -> set[str]:
    """The names in the second column of the glossary's tables."""
    rows = [line.split("|") for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {name for row in rows for name in CODE_NAME.findall(row[2])}


def test_each_name_of_the_glossary_stands_in_the_code() -> None:
    names = _list_code_names()
    assert {"Visit", "Referral", "restricted"} <= names
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths.PACKAGE_FOLDER.rglob("*.py"))
    identifiers = set(re.findall(r"[A-Za-z_]+", code))
    assert names - identifiers == set()


def test_each_class_of_the_glossary_is_a_class() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths.PACKAGE_FOLDER.rglob("*.py"))
    classes = set(re.findall(r"^class ([A-Za-z_]+)", code, re.MULTILINE))
    assert {name for name in _list_code_names() if name[0].isupper()} - classes == set()
