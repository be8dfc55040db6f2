"""The words around every message, in the language in use: ``with speaking(reader's language)``."""

from attention_point.foundation.language import gettext as _


def letter(name: str, *paragraphs: str) -> str:
    """A plain text: the greeting, the paragraphs (translated by the caller), and who writes.

    A paragraph that is an address stands on a line of its own, so that it can be clicked.
    """
    greeting = _("Good day, %(name)s:", name=name)
    closing = _("This message was sent by the attention point's system. Nobody reads what is answered to it.")
    return "\n\n".join([greeting, *paragraphs, "-- \n" + closing]) + "\n"
