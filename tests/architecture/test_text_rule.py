"""Every text that enters is held to ``attention_point.texts``: a new form, body or view cannot forget it."""

import importlib
import inspect
import pkgutil
import re
import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from flask import Flask
from pydantic import BaseModel, TypeAdapter, ValidationError
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, PasswordField

import attention_point
from attention_point import texts
from attention_point.foundation import paths
from attention_point.foundation.language import gettext
from attention_point.foundation.web.forms import BaseForm
from attention_point.registers.shared.pages.forms import build_form_class

HOSTILE = "a\x00b\u200bc\u202ed"
OWN_RULE = {
    "foundation/paperwork/letters.py": "which letters a font can draw, and which run from right to left",
    "foundation/paperwork/cell_values.py": "an address that a paper carries is printable ASCII",
    "foundation/paperwork/text.py": "what a paper leaves out of a text, which is not searched for in a printable one",
    "texts.py": "the rule itself",
}
CHECKED_ELSEWHERE = (
    dict.fromkeys(
        ("EntityData.withheld_fields", "ServiceData.fields", "ServiceWithOffersData.fields"),
        "a field validator takes only names of PORTAL_FIELDS",
    )
    | dict.fromkeys(
        ("PersonCorrectionBody.person", "VisitCorrectionBody.draft"),
        "merged into the recorded draft, which is read as a new one is (VisitDraft)",
    )
    | {"CaptureBatch.captures": "each is read as an Envelope, by itself"}
    | dict.fromkeys(
        ("CapturedForm.form", "CapturedForm.reference"),
        "put in their normal form by CapturedForm.fields, as the fields of a form that is posted",
    )
    | dict.fromkeys(
        ("AdviceData.applies_if", "InstrumentData.applies_if")
        + tuple(
            f"{model}.{name}_if"
            for model in ("ServiceData", "ServiceWithOffersData")
            for name in ("applies", "suggested", "urgent")
        ),
        "read_condition takes only facts and their kinds (attention_point/conditions.py), and known codes",
    )
)
WITHIN = {"PlainForm"}
"""Forms within a BaseForm, or filled from an address, whose values the gate holds to the rule."""
PARTS = ("name", "number", "text", "text-es", "type", "entity", "title")
"""Fields of the entries of lists: an entry comes to be once one of its fields was sent."""
FLAG = re.compile(
    r"""request\.form\.get\("(_resumed|action)"\)|"take" (not )?in request\.form"""
    r"""|request\.form\.get\("(then|restricted)"\) == "|read_chosen\(request\.form\.getlist\("chosen"\)\)"""
    r"""|read_filter\(request\.form,"""
)
"""Words that are compared with one of ours, and readers that let through only ids, versions, days and known codes."""
READERS = re.compile(r"request\.(form|values|json|get_json|get_data)\b")


def _sources() -> Iterator[tuple[str, str]]:
    for path in paths.PACKAGE_FOLDER.rglob("*.py"):
        yield path.relative_to(paths.PACKAGE_FOLDER).as_posix(), path.read_text(encoding="utf-8")


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


@pytest.fixture(scope="module", autouse=True)
def _everything_is_imported() -> None:
    for module in pkgutil.walk_packages(attention_point.__path__, "attention_point."):
        importlib.import_module(module.name)


def test_one_module_says_which_characters_a_text_may_hold() -> None:
    others = {name for name, source in _sources() if re.search(r"unicodedata|\.isprintable\(", source)}
    assert others == set(OWN_RULE)


def test_no_view_reads_a_posted_text_past_the_rule() -> None:
    found = {
        f"{name}: {line.strip()}"
        for name, source in _sources()
        if name not in {*(f"foundation/web/{file}.py" for file in ("forms", "json_bodies", "security/form_tokens"))}
        for line in source.splitlines()
        if READERS.search(FLAG.sub("", line))
    }
    assert found == set()


def test_every_form_is_a_base_form_or_within_one() -> None:
    ours = {kind for kind in _subclasses(Form) if kind.__module__.startswith("attention_point.")}
    plain = {kind for kind in ours if not issubclass(kind, BaseForm)}
    roots = {kind for kind in plain if not any(base in plain for base in kind.__bases__)}
    assert {kind.__name__ for kind in roots} == WITHIN


def _leaves(form: Form) -> Iterator[Field]:
    for field in form:
        if isinstance(field, FormField):
            yield from _leaves(field.form)
        elif isinstance(field, FieldList):
            for entry in field:
                yield from _leaves(entry.form) if isinstance(entry, FormField) else iter([entry])
        else:
            yield field


def test_every_field_of_every_form_is_held_to_the_rule(shape: Flask) -> None:
    forms = {kind for kind in _subclasses(BaseForm) if kind.__module__.startswith("attention_point.")}
    forms |= {build_form_class(register) for register in shape.extensions["registers"]}
    checked, wrong = 0, []
    for kind in forms:
        with shape.test_request_context("/", method="POST"):
            more: dict[str, Any] = {
                name: {} for name in inspect.signature(kind.__init__).parameters if name in {"entities", "points"}
            }
            names = [field.name for field in _leaves(kind(MultiDict(), **more))]
            entries = [field.name for field in kind(MultiDict(), **more) if isinstance(field, FieldList)]
            first = {
                f"{name}-0-{part}": HOSTILE for name in entries for part in ("es", "name", "number", "text", "type")
            }
            form = kind(MultiDict({**dict.fromkeys(names, HOSTILE), **first}), **more)
            for field in _leaves(form):
                if isinstance(field, PasswordField) or not isinstance(field.data, str | list):
                    continue
                checked += 1
                given = field.data if isinstance(field.data, list) else [field.data]
                shown = all("\x00" not in text and "\u202e" not in text for text in given)
                told = (
                    isinstance(field.data, list) or not field.data or field.errors == [gettext(texts.UNFIT_CHARACTERS)]
                )
                if not (shown and told):
                    wrong.append(f"{kind.__name__}.{field.name}")
    assert wrong == []
    assert checked > 200


def _texts_of(annotation: Any, metadata: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """What pydantic is told of each ``str`` within an annotation."""
    if annotation is str:
        yield metadata
    elif get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        yield from _texts_of(inner, (*more, *metadata) if _is_text(inner) else ())
    elif get_origin(annotation) in {Union, types.UnionType}:
        for part in get_args(annotation):
            yield from _texts_of(part, metadata)
    elif get_origin(annotation) in {tuple, list, dict}:
        for part in get_args(annotation):
            yield from _texts_of(part)


def _is_text(annotation: Any) -> bool:
    parts = get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else (annotation,)
    return any(part is str or get_origin(part) is Annotated for part in parts)


def test_every_text_of_a_body_or_file_is_held_to_the_rule() -> None:
    checked, free = 0, set()
    for model in _subclasses(BaseModel):
        leaves_us = any(base.__name__ == "_ResponseBody" for base in model.__mro__)  # what the program itself answers
        if leaves_us or not model.__module__.startswith("attention_point."):
            continue
        hints = get_type_hints(model, include_extras=True)
        for name in model.model_fields:
            for metadata in _texts_of(hints[name]):
                checked += 1
                try:
                    TypeAdapter(Annotated[(str, *metadata)] if metadata else str).validate_python(HOSTILE)
                except ValidationError:
                    continue
                free.add(f"{model.__name__}.{name}")
    assert free == set(CHECKED_ELSEWHERE)
    assert checked >= 60
