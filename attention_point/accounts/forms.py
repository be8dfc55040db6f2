"""Forms of accounts. Rules that the database or a service knows are checked there and put beside their field."""

from collections.abc import Mapping
from typing import Any

from wtforms import EmailField, HiddenField, PasswordField, RadioField, SearchField, SelectField, StringField
from wtforms.validators import Length, StopValidation

from attention_point import texts
from attention_point.accounts import passwords
from attention_point.accounts.rules import EMAIL_LONGEST
from attention_point.foundation.access import ROLES, SCOPES
from attention_point.foundation.language import LANGUAGES, N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Invalid
from attention_point.foundation.web.forms import BaseForm, clean

ROLE_NAMES = {
    "agent": N_("Desk agent"),
    "entity": N_("Partner entity"),
    "office": N_("Office"),
    "supervisor": N_("Supervisor"),
    "auditor": N_("Auditor"),
    "admin": N_("Administrator"),
}
SCOPE_NAMES = {
    "intake": N_("Record visits and look for people"),
    "referrals": N_("Read and answer an entity's referrals"),
    "statistics": N_("Read the released months"),
}


class Needed:
    """The field must hold something; the sentence says what is asked."""

    field_flags = {"required": True}

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation for an empty field."""
        if not field.data or not field.data.strip():
            raise StopValidation(_(self.sentence))


class OneAlphabet:
    """Letters of several alphabets look alike: the owner of such an address is another person."""

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation for a mixed address; any other fault is the service's to name."""
        if texts.email_fault(field.data or "") == texts.MIXED_SCRIPTS:
            raise StopValidation(_(texts.MIXED_SCRIPTS))


def _email() -> EmailField:
    asked = Needed(N_("Write your e-mail address."))
    return EmailField(N_("E-mail address"), [asked, Length(max=EMAIL_LONGEST), OneAlphabet()], filters=[clean])


def _password() -> PasswordField:
    # One too long is refused like any wrong one, not told apart.
    return PasswordField(N_("Password"), [Needed(N_("Write your password."))])


class SignInForm(BaseForm):
    """E-mail address and password; ``next`` is the path of the page that was wanted."""

    email = _email()
    password = _password()
    next = HiddenField()


class ResumeForm(BaseForm):
    """The same under names of its own: the fields of the form that waits may have any other."""

    class Meta(BaseForm.Meta):
        csrf = False  # the page carries the one token for all its fields, which the web layer checks

    email = _email()
    password = _password()
    next = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, prefix="_")


class PasswordForm(BaseForm):
    """A new password, typed twice."""

    current = PasswordField(N_("Current password"), [Needed(N_("Write the password that you use now."))])
    password = PasswordField(N_("New password"), [Needed(N_("Write the new password."))])
    again = PasswordField(N_("New password, again"), [Needed(N_("Write the new password again."))])

    def validate_again(self, field: PasswordField) -> None:
        """Both must be the same."""
        if passwords.normalised(field.data or "") != passwords.normalised(self.password.data or ""):
            raise StopValidation(_("The two passwords differ."))


class LanguageForm(BaseForm):
    """The language of one's pages."""

    language = SelectField(N_("Language"), choices=LANGUAGES)


class _WithRoleAndEntity(BaseForm):
    """The role of an account, and the entity of the directory that it acts for: chosen by its name."""

    name = StringField(N_("Name"), [Needed(N_("Write the person's name."))], filters=[clean])
    role = SelectField(N_("Role"))
    entity = SelectField(N_("Entity"), validate_choice=False)  # the service names the field and says what is wrong

    def __init__(self, *args: Any, entities: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = {code: _(ROLE_NAMES[code]) for code in ROLES}
        self.entity.choices = _entity_choices(entities)

    def entity_sent(self) -> str | None:
        """The entity that was chosen; None where it was hidden, as for every role but one, and so was not sent."""
        return self.entity.data if self.entity.raw_data else None


class AccountForm(_WithRoleAndEntity):
    """A new account."""

    email = EmailField(N_("E-mail address"), [Needed(N_("Write the person's e-mail address."))], filters=[clean])
    language = SelectField(N_("Language"), choices=LANGUAGES)


class EditForm(_WithRoleAndEntity):
    """What can be changed of an account; ``version`` is the one that was shown."""

    version = HiddenField()

    def version_shown(self) -> int:
        """The version that was shown; 0, which no row has, when the field was tampered with."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


class ResetForm(BaseForm):
    """How a one-time password reaches its owner. ``by`` is left out where no mail server is set."""

    by = RadioField(N_("How does the person get the password?"), default="page")

    def __init__(self, *args: Any, mail: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by.choices = [
            ("page", _("I hand it over: show it here, once")),
            ("mail", _("By mail to the address above")),
        ]
        if not mail:
            del self.by

    @property
    def mailed(self) -> bool:
        """Whether the password goes by mail."""
        return "by" in self and self.by.data == "mail"


class FindForm(BaseForm):
    """Words of a name or an address. Sent by POST: what somebody types stands in no address."""

    q = SearchField(N_("Name or e-mail address"), [Length(max=EMAIL_LONGEST)], filters=[clean])
    role = SelectField(N_("Role"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [("", _("Any")), *((code, _(ROLE_NAMES[code])) for code in ROLES)]


class TokenForm(BaseForm):
    """A new token."""

    name = StringField(N_("Name"), [Needed(N_("Write a name for the program."))], filters=[clean])
    scope = SelectField(N_("What it may do"))
    entity = SelectField(N_("Entity"), validate_choice=False)

    def __init__(self, *args: Any, entities: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope.choices = {code: _(SCOPE_NAMES[code]) for code in SCOPES}
        self.entity.choices = _entity_choices(entities)


def _entity_choices(entities: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("", _("No entity")), *entities.items()]


def show(refusal: Invalid, form: BaseForm) -> None:
    """Put a service's complaints beside the fields that they name."""
    for fault in refusal.fields:
        field = form[fault.field]
        field.errors = [*field.errors, fault.message]


def complain(form: BaseForm, sentence: str) -> None:
    """A complaint about the whole form."""
    form.form_errors = [*form.form_errors, sentence]
