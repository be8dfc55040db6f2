"""Measures of the house: how plain its names, how many its comments, how full its folders.

``python -m tests.architecture.measures`` prints them; with a folder, the same figures of any other Python code.
"""

import ast
import configparser
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import mean

import grimp

from attention_point.foundation import paths

PACKAGE = paths.PACKAGE_FOLDER.name
DUNDER = re.compile("__.+__")
NO_CODE = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True, slots=True)
class Measures:
    """``one_word_share`` and ``comment_share`` are percentages, the latter of the lines of code."""

    code_lines: int
    comment_share: float
    functions: int
    one_word_share: float
    mean_name_length: float
    most_modules: int
    fullest_folder: str

    def __str__(self) -> str:
        return (
            f"lines of code {self.code_lines:,} · comment lines in 100 lines of code {self.comment_share:.1f}\n"
            f"functions {self.functions:,} · names of one word {self.one_word_share:.1f} % · "
            f"mean length of a name {self.mean_name_length:.1f}\n"
            f"most modules in one folder {self.most_modules} ({self.fullest_folder})"
        )


def measure_folder(folder: Path) -> Measures:
    """The measures of all Python files below a folder."""
    files = sorted(folder.rglob("*.py"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    trees = [ast.parse(text) for text in texts]
    lines = [count_lines(text, tree) for text, tree in zip(texts, trees, strict=True)]
    names = [name.strip("_") for tree in trees for name in _function_names(tree)]
    code = sum(code for code, _comments in lines)
    fullest, most = Counter(str(path.parent.relative_to(folder)) for path in files).most_common(1)[0]
    return Measures(
        code_lines=code,
        comment_share=100 * sum(comments for _code, comments in lines) / code,
        functions=len(names),
        one_word_share=100 * sum("_" not in name for name in names) / len(names),
        mean_name_length=mean(len(name) for name in names),
        most_modules=most,
        fullest_folder=fullest,
    )


def count_lines(text: str, tree: ast.Module) -> tuple[int, int]:
    """Lines of code, without blank lines, comments and docstrings, and lines that hold a comment."""
    code, comments = set[int](), set[int]()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments.add(token.start[0])
        elif token.type not in NO_CODE:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - set(_docstring_lines(tree))), len(comments)


def _docstring_lines(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            yield from range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1)


def _function_names(tree: ast.Module) -> Iterator[str]:
    """The names of functions and methods; those that Python calls by itself (``__init__``) are nobody's choice."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not DUNDER.fullmatch(node.name):
            yield node.name


def find_import_loop(type_checking: bool = True) -> list[str]:
    """Modules that import each other in a ring, imports for type checkers included; empty where there is none."""
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=not type_checking)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def modules_outside_contracts() -> list[str]:
    """Modules of which no contract says who stands on whom beside them.

    Such a contract is an exhaustive one of layers over the module's parent, or one of independence that names the
    module itself. A ``*`` in a contract stands for one part of a name.
    """
    contracts = configparser.ConfigParser()
    contracts.read(paths.PROJECT_FOLDER / ".importlinter")
    parents, independent = list[str](), list[str]()
    for section in contracts.values():
        if section.get("type") == "layers" and section.getboolean("exhaustive", fallback=False):
            parents += section["containers"].split()
        elif section.get("type") == "independence":
            independent += [name for name in section["modules"].split() if not name.startswith("#")]
    modules = grimp.build_graph(PACKAGE).modules - {PACKAGE}
    return sorted(
        module
        for module in modules
        if not _matches_any(module.rpartition(".")[0], parents) and not _matches_any(module, independent)
    )


def _matches_any(module: str, patterns: Iterable[str]) -> bool:
    return any(re.fullmatch(pattern.replace(".", r"\.").replace("*", "[^.]+"), module) for pattern in patterns)


def describe_house() -> str:
    """The measures of this house in some lines of text."""
    loop, outside = find_import_loop(), modules_outside_contracts()
    return (
        f"{measure_folder(paths.PACKAGE_FOLDER)}\n"
        f"import loop {' > '.join(loop) or 'none'} · modules outside the layer contracts {len(outside)}"
    )


if __name__ == "__main__":
    described = [str(measure_folder(Path(folder))) for folder in sys.argv[1:]] or [describe_house()]
    sys.stdout.write("\n".join(described) + "\n")
