"""The words around every message, in the language in use (``language.in_language``)."""

from attention_point.foundation.language import gettext as _


def build_letter(name: str, *paragraphs: str) -> str:
    """Return a plain text: a greeting, the paragraphs, which the caller has translated, and the sender.

    Give the address of a page as a paragraph of its own: mail programs then make a link of it.
    """
    greeting = _("Good day, %(name)s:", name=name)
    closing = _("This message was sent by the attention point's system. Nobody reads replies to it.")
    return "\n\n".join([greeting, *paragraphs, "-- \n" + closing]) + "\n"
