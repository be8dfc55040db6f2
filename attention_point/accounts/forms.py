"""Forms of accounts. The services check what only they know; their errors come back beside the fields."""

from collections.abc import Mapping
from typing import Any

from wtforms import EmailField, HiddenField, PasswordField, RadioField, SearchField, SelectField, StringField
from wtforms.validators import Length, StopValidation

from attention_point import texts
from attention_point.accounts import passwords
from attention_point.accounts.rules import EMAIL_MAX_LENGTH
from attention_point.foundation.access import ROLES, SCOPES
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.language import LANGUAGES, N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, Required, clean_text

ROLE_LABELS = {
    "agent": N_("Desk agent"),
    "entity": N_("Partner entity"),
    "office": N_("Office"),
    "supervisor": N_("Supervisor"),
    "auditor": N_("Auditor"),
    "admin": N_("Administrator"),
}
SCOPE_LABELS = {
    "intake": N_("Record visits and look for people"),
    "referrals": N_("Read and answer an entity's referrals"),
    "statistics": N_("Read the released months"),
    "turns": N_("Give and call turns"),
}
NOTICE_TIMING_LABELS = {
    "at_once": N_("At once, minutes after something happens"),
    "daily": N_("Once a day, in the morning"),
}


class SingleAlphabet:
    """Refuses an address that mixes alphabets: a Cyrillic letter can look Latin and lead to somebody else."""

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation for a mixed address. The service names every other fault."""
        if texts.find_email_fault(field.data or "") == texts.MIXED_SCRIPTS:
            raise StopValidation(_(texts.MIXED_SCRIPTS))


def _build_email_field() -> EmailField:
    required = Required(N_("Write your e-mail address."))
    return EmailField(
        N_("E-mail address"), [required, Length(max=EMAIL_MAX_LENGTH), SingleAlphabet()], filters=[clean_text]
    )


def _build_password_field() -> PasswordField:
    # Without a maximum: a password that is too long is refused like any wrong one, so that nobody learns the rule.
    return PasswordField(N_("Password"), [Required(N_("Write your password."))])


class SignInForm(BaseForm):
    """E-mail address and password; ``next`` is the path of the page that was asked for."""

    email = _build_email_field()
    password = _build_password_field()
    next = HiddenField()


class ResumeForm(BaseForm):
    """The sign-in form under names of its own, because the form that waits brings its fields under theirs."""

    class Meta(BaseForm.Meta):
        csrf = False  # the page carries the one token for all its fields, which the web layer checks

    email = _build_email_field()
    password = _build_password_field()
    next = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, prefix="_")


class ChangePasswordForm(BaseForm):
    """A new password, typed twice."""

    current = PasswordField(N_("Current password"), [Required(N_("Write the password that you use now."))])
    password = PasswordField(N_("New password"), [Required(N_("Write the new password."))])
    again = PasswordField(N_("New password, again"), [Required(N_("Write the new password again."))])

    def validate_again(self, field: PasswordField) -> None:
        if passwords.normalise_password(field.data or "") != passwords.normalise_password(self.password.data or ""):
            raise StopValidation(_("The two passwords do not match."))


class LanguageForm(BaseForm):
    """The language in which an account's pages begin."""

    language = SelectField(N_("Language"), choices=LANGUAGES)


class NoticeTimingForm(BaseForm):
    """When a partner's account is told of its entity's referrals by mail."""

    class Meta(BaseForm.Meta):
        csrf = False  # two forms stand on the page, and an id only once: the page writes the token

    notice_timing = RadioField(N_("When do you want the mail?"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notice_timing.choices = [(code, _(label)) for code, label in NOTICE_TIMING_LABELS.items()]


class _RoleAndEntityForm(BaseForm):
    """The name and role of an account, and the entity of the directory that it acts for."""

    name = StringField(N_("Name"), [Required(N_("Write the person's name."))], filters=[clean_text])
    role = SelectField(N_("Role"))
    entity = SelectField(N_("Entity"), validate_choice=False)  # the service names the field and says what is wrong

    def __init__(self, *args: Any, entities: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = {code: _(ROLE_LABELS[code]) for code in ROLES}
        self.entity.choices = _build_entity_choices(entities)

    def read_entity(self) -> str | None:
        """The entity that was chosen; None if the page hid the field, as it does for every role but ``entity``."""
        return self.entity.data if self.entity.raw_data else None


class NewAccountForm(_RoleAndEntityForm):
    """A new account."""

    email = EmailField(N_("E-mail address"), [Required(N_("Write the person's e-mail address."))], filters=[clean_text])
    language = SelectField(N_("Language"), choices=LANGUAGES)


class EditAccountForm(_RoleAndEntityForm):
    """The form that changes an account. ``version`` is the version of the row that the page showed."""

    version = HiddenField()


class ResetPasswordForm(BaseForm):
    """How a one-time password reaches its owner. Without a mail server the field ``by`` is left out."""

    by = RadioField(N_("How will the person receive the password?"), default="page")

    def __init__(self, *args: Any, mail: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by.choices = [
            ("page", _("In person: show it here, only once")),
            ("mail", _("By mail to the address above")),
        ]
        if not mail:
            del self.by

    @property
    def is_by_mail(self) -> bool:
        """Whether the password leaves by mail."""
        return "by" in self and self.by.data == "mail"


class SearchAccountsForm(BaseForm):
    """Words of a name or of an e-mail address, and a role."""

    q = SearchField(N_("Name or e-mail address"), [Length(max=EMAIL_MAX_LENGTH)], filters=[clean_text])
    # A role that does not exist finds nobody.
    role = SelectField(N_("Role"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [("", _("Any")), *((code, _(ROLE_LABELS[code])) for code in ROLES)]


class TokenForm(BaseForm):
    """A new token."""

    name = StringField(N_("Name"), [Required(N_("Write a name for the program."))], filters=[clean_text])
    scope = SelectField(N_("Scope"))
    entity = SelectField(N_("Entity"), validate_choice=False)

    def __init__(self, *args: Any, entities: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Here, not in the class: the labels are in the language of the request.
        self.scope.choices = {code: _(SCOPE_LABELS[code]) for code in SCOPES}
        self.entity.choices = _build_entity_choices(entities)


def _build_entity_choices(entities: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("", _("No entity")), *entities.items()]


def add_form_error(form: BaseForm, message: str) -> None:
    """Put an error at the head of the form."""
    form.form_errors = [*form.form_errors, message]


def show_error(error: Invalid | Conflict, form: BaseForm) -> int:
    """Put a service's error on the form, beside its fields where it names some. Returns the status of the reply."""
    if isinstance(error, Invalid):
        form.show_field_errors(error.field_errors)
    else:
        add_form_error(form, error.message)
    return error.status
