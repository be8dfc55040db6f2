"""The one rule of texts (``attention_point.texts``) as validators of pydantic.

Each stands last in its ``Annotated``, so that pydantic counts the length of the text's normal form.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from attention_point import texts

UNFIT_ERROR = "unfit_text"
"""The type of the error. Its message is a message id."""


def _validate_text(clean: Callable[[str], str], value: Any) -> Any:
    if not isinstance(value, str):
        return value  # pydantic refuses it with its own error
    try:
        return clean(value)
    except texts.UnfitText:
        raise PydanticCustomError(UNFIT_ERROR, texts.UNFIT_CHARACTERS) from None


SINGLE_LINE = BeforeValidator(partial(_validate_text, texts.clean_text))
MULTIPLE_LINES = BeforeValidator(partial(_validate_text, partial(texts.clean_text, lines=True)))
FOLDED_LINE = BeforeValidator(partial(_validate_text, texts.clean_folded))
"""One line. Line feeds and tabs of a spreadsheet's cell become spaces."""
