"""Finds texts in Python code and in templates that a person may read and that nobody can translate.

A text is marked where it is an argument of ``_``, ``N_``, ``gettext`` or ``ngettext``: Babel then extracts it.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from jinja2 import Environment, nodes

_JINJA = Environment(extensions=["jinja2.ext.i18n"])
MARKERS = frozenset({"_", "N_", "gettext", "ngettext"})
# Two words with a space between them, one of them in small letters: a sentence or a label, no code and no SQL.
_WORDS = re.compile(r"(?=.*[a-z]{2})[^\W\d_]{2,}[,.;:!?]? +[%'(]*[^\W\d_]", re.DOTALL)
_PLACEHOLDER = re.compile(r"%\(\w+\)s")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Markup, style sheets and headers of HTTP. No message of a catalogue looks like them; a test says so.
TECHNICAL = re.compile(r"[<>{}]|^-//|(filename|max-age|width|go)=")
# Calls whose texts nobody reads on a screen: SQL, types, log lines for programs, the description of the API (it speaks
# to programmers, in English), and the words of options, which have a test of their own.
_UNREAD_CALLS = frozenset({"text", "CheckConstraint", "TypeVar", "document_operation", "info", "warning", "option"})
# Errors of Python itself speak to programmers; what a person reads is an AppError.
_PYTHON_ERRORS = frozenset(name for name, kind in vars(builtins).items() if isinstance(kind, type)) | {
    "InvalidRequestError"
}
# Functions that show their first argument as it is.
_SHOWING_CALLS = frozenset({"flash", "echo", "secho", "confirm", "prompt"})
_TEXT_TABLE = re.compile(r".*_(LABELS?|MESSAGES?|SENTENCES?|TITLES?|NOTES?)")
_JINJA_ENDS = frozenset({"variable_end", "block_end"})
_READ_ATTRIBUTES = frozenset({"alt", "aria-label", "placeholder", "title", "label"})


@dataclass(frozen=True)
class TextTargets:
    """Where texts go that somebody translates later.

    ``parameters``: by the name of a class, its parameters that are passed to ``_()`` later, each with its position.
    ``tables``: the names of constants out of which ``_()`` takes a text.
    """

    parameters: Mapping[str, Mapping[str, int]]
    tables: frozenset[str]


def collect_targets(modules: Iterable[str], templates: Iterable[str]) -> TextTargets:
    """Collect them from all calls of ``_()`` with anything but a text: ``_(field.label)``, ``_(ROLE_LABELS[role])``."""
    trees = [ast.parse(source) for source in modules]
    attributes, tables = set[str](), set[str]()
    for tree in trees:
        translated = list(_list_translated_expressions(tree))
        attributes |= {argument.attr for argument in translated if isinstance(argument, ast.Attribute)}
        variables = {argument.id for argument in translated if isinstance(argument, ast.Name)}
        tables |= {*variables, *_list_tables_behind(tree, variables)}
    for source in templates:
        attributes |= set(_list_translated_attributes(source))
    classes = {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    parameters = {
        name: {
            parameter: index
            for index, parameter in enumerate(_list_parameters(node, classes))
            if parameter in attributes
        }
        for name, node in classes.items()
    }
    return TextTargets(parameters, frozenset(name for name in tables | attributes if name.isupper()))


def _list_translated_expressions(tree: ast.Module) -> Iterator[ast.Attribute | ast.Name]:
    """What stands in ``_()``: of ``_(TABLE[key])`` and ``_(TABLE.get(key))`` the table."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _name_of(call.func) in {"_", "gettext"} and call.args:
            argument = call.args[0]
            if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute):
                argument = argument.func.value
            while isinstance(argument, ast.Subscript):
                argument = argument.value
            if isinstance(argument, ast.Attribute | ast.Name):
                yield argument


def _list_tables_behind(tree: ast.Module, variables: set[str]) -> Iterator[str]:
    """The constants from which variables may come: ``for _key, label in ROWS``, ``label = TABLE[key]``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension):
            target, source = node.target, node.iter
        elif isinstance(node, ast.Assign):
            target, source = node.targets[0], node.value
        else:
            continue
        if variables & {_name_of(part) for part in ast.walk(target)}:
            yield from (name for part in ast.walk(source) if (name := _name_of(part)).isupper())


def _list_translated_attributes(template: str) -> Iterator[str]:
    for call in _JINJA.parse(template).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in MARKERS:
            for argument in call.args:
                while isinstance(argument, nodes.Getitem):
                    argument = argument.node
                if isinstance(argument, nodes.Getattr):
                    yield argument.attr


def _list_parameters(definition: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> list[str]:
    """The parameters of a class by its ``__init__``, else by its annotated fields, else those of its first base."""
    for node in definition.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            return [argument.arg for argument in node.args.args[1:]]
    fields = [
        node.target.id
        for node in definition.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    base = classes.get(_name_of(definition.bases[0])) if definition.bases else None
    return fields or (_list_parameters(base, classes) if base and base is not definition else [])


def find_marked_texts(source: str) -> Iterator[tuple[int, str]]:
    """The marked texts of a module, with their lines; a plural counts by its singular.

    Babel's own extraction does not look into an f-string (``f"# {_('Title')}"``); this does.
    """
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and _name_of(call.func) in MARKERS and call.args:
            text = call.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield call.lineno, text.value


def find_unmarked_texts(source: str, targets: TextTargets) -> Iterator[tuple[int, str]]:
    """The texts of a module, with their lines, that a person may read and that are not marked."""
    yield from dict.fromkeys(_Finder(ast.parse(source), targets).find())


class _Finder:
    def __init__(self, tree: ast.Module, targets: TextTargets) -> None:
        self._tree = tree
        self._targets = targets
        self._hidden = set(self._list_hidden())

    def _list_hidden(self) -> Iterator[ast.AST]:
        """All nodes within marks, docstrings, annotations and calls whose texts nobody reads."""
        for node in ast.walk(self._tree):
            hidden: list[ast.AST] = []
            if isinstance(node, ast.Call) and _name_of(node.func) in MARKERS | _UNREAD_CALLS | _PYTHON_ERRORS:
                hidden = [*node.args, *node.keywords]
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                hidden = [node.value]
            elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
                hidden = [node.annotation]
            elif isinstance(node, ast.FunctionDef) and node.returns:
                hidden = [node.returns]
            for part in hidden:
                yield from ast.walk(part)

    def find(self) -> Iterator[tuple[int, str]]:
        for node in ast.walk(self._tree):
            if node in self._hidden:
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORDS.search(node.value):
                yield from self._report(node)
            elif isinstance(node, ast.Call):
                for argument in self._list_text_arguments(node):
                    yield from self._report(argument)
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                name = _name_of(target)
                if name in self._targets.tables or _TEXT_TABLE.fullmatch(name):
                    yield from self._list_table_texts(node.value)

    def _list_text_arguments(self, call: ast.Call) -> Iterator[ast.AST]:
        name = _name_of(call.func)
        parameters = self._targets.parameters.get(name, {})
        # Fields of WTForms are not defined in this house: their label comes first.
        is_form_field = name.endswith("Field") and name not in self._targets.parameters
        for index, argument in enumerate(call.args):
            if index in parameters.values() or (index == 0 and (is_form_field or name in _SHOWING_CALLS)):
                yield argument
        for keyword in call.keywords:
            if (
                keyword.arg in parameters
                or keyword.arg == "message"
                or (is_form_field and keyword.arg == "description")
            ):
                yield keyword.value

    def _list_table_texts(self, value: ast.expr) -> Iterator[tuple[int, str]]:
        """The texts in a table, its keys left out; of a pair or a longer row, those with a capital letter."""
        keys = {key for node in ast.walk(value) if isinstance(node, ast.Dict) for key in node.keys}
        for node in ast.walk(value):
            if (
                node not in keys
                and isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node.value[:1].isupper()
            ):
                yield from self._report(node)

    def _report(self, node: ast.AST) -> Iterator[tuple[int, str]]:
        if node in self._hidden or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            return
        # A single word in small letters is a code.
        words = _PLACEHOLDER.sub("", node.value)
        if _WORD.search(words) and (words[:1].isupper() or _WORDS.search(node.value)) and not TECHNICAL.search(words):
            yield node.lineno, node.value


def _name_of(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


class _TextFinder(HTMLParser):
    """Collects the texts of a page: what stands between tags, and in the attributes that a person reads or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if name in _READ_ATTRIBUTES and value]


def find_template_texts(source: str) -> list[str]:
    """The words of a template outside ``_()``: in its HTML, in an attribute, or in an expression of Jinja."""
    finder = _TextFinder()
    # Each expression and statement of Jinja becomes a sign that is no letter, so that the HTML around it can be parsed.
    tokens = [(kind, value) for _line, kind, value in _JINJA.lex(source)]
    finder.feed("".join(value if kind == "data" else "\u00b7" * (kind in _JINJA_ENDS) for kind, value in tokens))
    finder.close()
    texts = [text for text in finder.texts if _WORD.search(text)]
    tree = _JINJA.parse(source)
    marked = {
        part
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in MARKERS
        for part in call.find_all(nodes.Const)
    }
    # A plain text outside tags is a Const of no expression: Jinja keeps it as TemplateData.
    texts += [
        node.value
        for node in tree.find_all(nodes.Const)
        if node not in marked and isinstance(node.value, str) and _WORDS.search(node.value)
    ]
    return [" ".join(text.split()) for text in texts if not TECHNICAL.search(text)]
