"""Code lists: the few answers that a question may have, as bilingual, dated reference data."""

from attention_point.foundation.codelists.lists import NAMES, Code, CodeList, codelist

__all__ = ["NAMES", "Code", "CodeList", "codelist"]
