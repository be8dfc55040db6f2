"""Code lists: the few answers that a question may have, as reference data in two languages with days of validity."""

from attention_point.foundation.codelists.code_lists import Code, CodeList, get_code_list

__all__ = ["Code", "CodeList", "get_code_list"]
