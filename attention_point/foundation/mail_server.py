"""The address of the mail server, as the settings give it: where it is, how it is spoken to, who signs in."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from attention_point import texts
from attention_point.foundation.language import N_

PORTS = {"smtp": 25, "smtps": 465}
STARTTLS = {"required": True, "never": False}


@dataclass(frozen=True, slots=True)
class MailServer:
    """``tls`` from the first byte, ``starttls`` before anything is said; ``user`` and ``password`` or neither."""

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def read_server(url: str) -> MailServer:
    """Read ``smtp://[user:password@]host[:port][?starttls=required|never]`` or ``smtps://…``.

    Without ``starttls`` a server on this machine is spoken to in clear, any other only over STARTTLS (RFC 3207).
    Raises ValueError with what is wrong with ``%(name)s``, the setting; it never repeats the address, which may hold
    a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(N_("%(name)s is no address of a mail server")) from None
    if parts.scheme not in PORTS or not host or parts.path.strip("/") or parts.fragment:
        raise ValueError(N_("%(name)s must read smtp://host:port or smtps://host:port"))
    tls = parts.scheme == "smtps"
    starttls = not tls and _starttls(parts.query, default=not _here(host))
    if (parts.username is None) != (parts.password is None):
        raise ValueError(N_("%(name)s must name both user and password, or neither"))
    if parts.password is not None and not (tls or starttls or _here(host)):
        raise ValueError(N_("%(name)s would send a password in clear: use smtps:// or leave starttls as it is"))
    return MailServer(host, port or PORTS[parts.scheme], tls, starttls, *_secret(parts.username, parts.password))


def is_address(text: str) -> bool:
    """Whether a text can be one mail address: no second one, no name, nothing that could end a header's line."""
    return texts.email_fault(text) is None and texts.normalise(text) == text


def _starttls(query: str, *, default: bool) -> bool:
    if not query:
        return default
    match parse_qsl(query, keep_blank_values=True):
        case [("starttls", said)] if said in STARTTLS:
            return STARTTLS[said]
    raise ValueError(N_("%(name)s may end in ?starttls=required or ?starttls=never, nothing else"))


def _secret(user: str | None, password: str | None) -> tuple[str | None, str | None]:
    return (None, None) if user is None or password is None else (unquote(user), unquote(password))


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
