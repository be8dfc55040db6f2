"""The settings of an installation: one frozen dataclass, read from the environment once (docs/settings.md)."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from attention_point.foundation import paths
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.network.ip_addresses import Network, read_networks
from attention_point.foundation.network.mail_server import MailServer, is_mail_address, read_mail_server

ENVIRONMENT_PREFIX = "ATTENTION_POINT_"
NAME_INDEX_PEOPLE = 250_000
"""With more people on file, parts of names and typing errors are not searched for; docs/performance.md has the cost."""
RELEASE_APPROVALS = ("one-person", "two-people")  # by whom a month is published
SECOND_FACTORS = ("required", "everybody", "optional")  # who needs a second step to sign in
DEMO_MARKER_FILE = "demonstration"  # a file in the instance: its people are invented


_AGE_RECIPIENT = re.compile("age1[02-9ac-hj-np-z]{58}")


class SettingsError(AppError):
    """A setting is unknown or wrong. The message names it."""

    code = "settings"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an installation. Secrets are not settings: they are derived from the keyring."""

    instance: Path
    database_url: str
    keyring: Path
    public_url: str
    smtp_url: str | None = field(default=None, repr=False)  # may hold a password
    mail_from: str | None = None
    contact: str | None = None  # where a person or a reader can write to the office, as notices show it
    session_idle_minutes: int = 20
    session_hours: int = 10
    demo: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    backup_recipients: tuple[str, ...] = ()  # age recipients (age1…): who can open a backup

    webhook_networks: tuple[Network, ...] = ()  # beside public addresses, where webhooks may lead
    name_index_people: int = NAME_INDEX_PEOPLE
    release_approval: str = RELEASE_APPROVALS[0]
    second_factor: str = SECOND_FACTORS[0]

    @property
    def release_needs_two_people(self) -> bool:
        """Whether a second person must approve what the first proposes to publish."""
        return self.release_approval == "two-people"

    @property
    def uses_https(self) -> bool:
        """Whether people come over TLS. Cookies are then ``Secure`` and carry the ``__Host-`` prefix."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def is_for_this_machine_alone(self) -> bool:
        """Whether the public address leads every other device to itself, as the one that counts while none is set."""
        host = urlsplit(self.public_url).hostname or ""
        return host == "localhost" or host == "::1" or host.startswith("127.")

    @property
    def published_address(self) -> str:
        """The public address as what leaves the house may name it; empty where nobody outside reaches it.

        An address after nothing is a relative one, which leads to wherever the reader has it from.
        """
        return "" if self.is_for_this_machine_alone else self.public_url

    @property
    def mail_server(self) -> MailServer | None:
        """The mail server; None where no mail is sent. Raises SettingsError."""
        try:
            return read_mail_server(self.smtp_url) if self.smtp_url else None
        except ValueError as error:
            raise SettingsError(_(str(error), name=f"{ENVIRONMENT_PREFIX}SMTP_URL")) from None

    @property
    def sender_address(self) -> str:
        """The sender of mails: as it is set, else ``attention-point@`` and the host of the public address."""
        host = urlsplit(self.public_url).hostname or ""
        # An IP address is no domain of a mail address.
        domain = host if any(letter.isalpha() for letter in host) and ":" not in host else "localhost"
        return self.mail_from or f"attention-point@{domain}"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises SettingsError for an unknown name or a value of the wrong kind."""
    values = {
        name.removeprefix(ENVIRONMENT_PREFIX): value
        for name, value in (os.environ if environment is None else environment).items()
        if name.startswith(ENVIRONMENT_PREFIX)
    }
    instance = Path(values.pop("INSTANCE", paths.INSTANCE_FOLDER)).resolve()
    is_demo = _read_switch(values, "DEMO") or (instance / DEMO_MARKER_FILE).exists()
    # A demonstration shows its passwords to everybody and holds invented people.
    values.setdefault("SECOND_FACTOR", "optional" if is_demo else "")
    settings = Settings(
        instance=instance,
        database_url=values.pop("DATABASE_URL", f"sqlite:///{instance / 'attention-point.db'}"),
        keyring=Path(values.pop("KEYRING", instance / "keyring.json")),
        public_url=values.pop("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        smtp_url=values.pop("SMTP_URL", None) or None,
        mail_from=values.pop("MAIL_FROM", None) or None,
        contact=" ".join(values.pop("CONTACT", "").split()) or None,
        session_idle_minutes=_read_whole_number(values, "SESSION_IDLE_MINUTES", 20),
        session_hours=_read_whole_number(values, "SESSION_HOURS", 10),
        demo=is_demo,
        trusted_proxies=_read_networks(values, "TRUSTED_PROXIES"),
        backup_recipients=_read_recipients(values, "BACKUP_RECIPIENTS"),
        webhook_networks=_read_networks(values, "WEBHOOK_NETWORKS"),
        release_approval=_read_choice(values, "RELEASE_APPROVAL", RELEASE_APPROVALS),
        second_factor=_read_choice(values, "SECOND_FACTOR", SECOND_FACTORS),
        name_index_people=_read_whole_number(values, "NAME_INDEX_PEOPLE", NAME_INDEX_PEOPLE, least=0),
    )
    if values:  # a misspelt name would silently leave the default in force
        raise SettingsError(
            _(
                "unknown setting %(name)s; docs/settings.md lists those that exist",
                name=f"{ENVIRONMENT_PREFIX}{min(values)}",
            )
        )
    if urlsplit(settings.public_url).scheme not in {"http", "https"}:
        raise SettingsError(_("%(name)s must begin with http:// or https://", name=f"{ENVIRONMENT_PREFIX}PUBLIC_URL"))
    if settings.mail_from and not is_mail_address(settings.mail_from):
        raise SettingsError(_("%(name)s must be one mail address", name=f"{ENVIRONMENT_PREFIX}MAIL_FROM"))
    settings.mail_server  # noqa: B018 - a wrong value is refused at start, not when the first mail waits
    return replace(settings, database_url=_name_database_driver(settings.database_url))


def _read_whole_number(values: dict[str, str], name: str, default: int, *, least: int = 1) -> int:
    text = values.pop(name, str(default))
    if not text.isdecimal() or int(text) < least:  # a session of 0 minutes would sign everybody out
        message = _("%(name)s must be a whole number above 0") if least else _("%(name)s must be a whole number")
        raise SettingsError(message % {"name": f"{ENVIRONMENT_PREFIX}{name}"})
    return int(text)


def _read_networks(values: dict[str, str], name: str) -> tuple[Network, ...]:
    try:
        return read_networks(values.pop(name, ""))
    except ValueError as error:
        raise SettingsError(_(str(error), name=f"{ENVIRONMENT_PREFIX}{name}")) from None


def _read_recipients(values: dict[str, str], name: str) -> tuple[str, ...]:
    recipients = tuple(text for text in re.split(r"[,\s]+", values.pop(name, "")) if text)
    for text in recipients:
        if not _AGE_RECIPIENT.fullmatch(text):
            message = _("%(name)s names no recipient of age: %(text)s", name=f"{ENVIRONMENT_PREFIX}{name}", text=text)
            raise SettingsError(message)
    return recipients


def _read_choice(values: dict[str, str], name: str, choices: tuple[str, ...]) -> str:
    """Read one of a few words; the first is the default."""
    text = values.pop(name, "") or choices[0]
    if text not in choices:
        raise SettingsError(
            _(
                "%(name)s must be one of these: %(choices)s",
                name=f"{ENVIRONMENT_PREFIX}{name}",
                choices=", ".join(choices),
            )
        )
    return text


def _read_switch(values: dict[str, str], name: str) -> bool:
    text = values.pop(name, "")
    if text not in {"", "0", "1"}:
        raise SettingsError(_("%(name)s must be 1, 0 or empty", name=f"{ENVIRONMENT_PREFIX}{name}"))
    return text == "1"


def _name_database_driver(url: str) -> str:
    """Name psycopg 3 in a PostgreSQL address that leaves the driver open; refuse other databases."""
    # SQLAlchemy would take psycopg 2 for ``postgresql://``, which is not installed.
    scheme, _colon, address = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+psycopg://{address}"
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise SettingsError(_("%(name)s must name sqlite or postgresql", name=f"{ENVIRONMENT_PREFIX}DATABASE_URL"))
    return url
