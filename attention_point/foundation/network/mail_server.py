"""The mail server as the settings give it: its address, its encryption, and who signs in."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from attention_point import texts
from attention_point.foundation.language import N_

DEFAULT_PORTS = {"smtp": 25, "smtps": 465}
STARTTLS_CHOICES = {"required": True, "never": False}


@dataclass(frozen=True, slots=True)
class MailServer:
    """``tls`` encrypts from the first byte, ``starttls`` before anything is said. Without sign-in, no ``user``."""

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def read_mail_server(url: str) -> MailServer:
    """Read ``smtp://[user:password@]host[:port][?starttls=required|never]`` or ``smtps://…``.

    Without ``starttls`` the program speaks in clear to a server on this machine, and to others only over STARTTLS
    (RFC 3207). Raises ValueError with a message id about ``%(name)s``, the setting. It never repeats the address, which
    may hold a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(N_("%(name)s is not the address of a mail server")) from None
    if parts.scheme not in DEFAULT_PORTS or not host or parts.path.strip("/") or parts.fragment:
        raise ValueError(N_("%(name)s must read smtp://host:port or smtps://host:port"))
    tls = parts.scheme == "smtps"
    starttls = not tls and _read_starttls(parts.query, default=not _is_this_machine(host))
    if (parts.username is None) != (parts.password is None):
        raise ValueError(N_("%(name)s must name both user and password, or neither"))
    # A password in clear would be read on the way by everybody in between.
    if parts.password is not None and not (tls or starttls or _is_this_machine(host)):
        raise ValueError(N_("%(name)s would send a password in clear: use smtps:// or leave starttls as it is"))
    return MailServer(
        host, port or DEFAULT_PORTS[parts.scheme], tls, starttls, *_decode_credentials(parts.username, parts.password)
    )


def is_mail_address(text: str) -> bool:
    """Return whether a text is one mail address: no second one, no name, nothing that could end a header's line."""
    return texts.find_email_fault(text) is None and texts.normalise_text(text) == text


def _read_starttls(query: str, *, default: bool) -> bool:
    if not query:
        return default
    match parse_qsl(query, keep_blank_values=True):
        case [("starttls", choice)] if choice in STARTTLS_CHOICES:
            return STARTTLS_CHOICES[choice]
    raise ValueError(N_("%(name)s may end in ?starttls=required or ?starttls=never, nothing else"))


def _decode_credentials(user: str | None, password: str | None) -> tuple[str | None, str | None]:
    return (None, None) if user is None or password is None else (unquote(user), unquote(password))


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
