"""The one rule of texts (``attention_point.texts``) as validators of pydantic; each stands last in its ``Annotated``.

A text is in its normal form before its length is counted. What is no text is left for pydantic to refuse.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from attention_point import texts

UNFIT_ERROR = "unfit_text"
"""The type of the error; its message is a message id."""


def _checked_by(clean: Callable[[str], str], value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return clean(value)
    except texts.UnfitText:
        raise PydanticCustomError(UNFIT_ERROR, texts.UNFIT) from None


LINE = BeforeValidator(partial(_checked_by, texts.clean))
LINES = BeforeValidator(partial(_checked_by, partial(texts.clean, lines=True)))
FOLDED = BeforeValidator(partial(_checked_by, texts.clean_folded))
"""One line, in which the line feeds and tabs of what is brought become spaces."""
