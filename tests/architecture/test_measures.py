"""The measures of the house never get worse than these; ``docs/house.md`` says what they are for."""

import ast

import pytest

from attention_point.foundation import paths
from tests.architecture import measures


@pytest.fixture(scope="module")
def house() -> measures.Measures:
    return measures.measure_folder(paths.PACKAGE_FOLDER)


def test_names_are_verbs_with_their_object(house: measures.Measures) -> None:
    assert house.one_word_share <= 10
    assert house.mean_name_length >= 12


def test_comments_say_why(house: measures.Measures) -> None:
    assert house.comment_share >= 5


def test_no_folder_is_crowded(house: measures.Measures) -> None:
    assert house.most_modules <= 12, house.fullest_folder


def test_no_module_imports_itself_by_others() -> None:
    assert measures.find_import_loop() == []


def test_every_module_stands_in_a_contract_of_layers() -> None:
    assert measures.modules_outside_contracts() == []


def test_code_comments_and_docstrings_are_told_apart() -> None:
    text = '''"""Module."""

# why
x = 1  # and why


def give_text() -> str:
    """Docstring

    of three lines."""
    return """two
lines"""
'''
    assert measures.count_lines(text, ast.parse(text)) == (4, 2)


def test_a_name_of_python_s_own_is_nobody_s_choice() -> None:
    tree = ast.parse("class A:\n    def __init__(self): ...\n    def find_person(self): ...\n")
    assert list(measures._function_names(tree)) == ["find_person"]
