"""What people are told of an entity's webhooks by mail: of a new address, and of one that is switched off."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from attention_point.accounts.queries import Addressee, Liaison, list_addressees_with_permission, list_liaisons
from attention_point.directory.privacy.restricted_entities import find_restricted_entities
from attention_point.foundation.access import Actor
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.foundation.mail import Message, build_letter, queue_message
from attention_point.portal.webhooks.models import Webhook


def queue_new_address_letters(session: Session, actor: Actor, webhook: Webhook, public_url: str) -> None:
    """Tell the entity's liaisons but the actor."""
    # Somebody who leaves the entity could go on being told when people come. Of those for confidential topics nobody
    # else sees the webhooks.
    for reader in _list_liaisons(session, webhook):
        if reader.account_id != actor.id:
            with in_language(reader.language):
                body = build_letter(
                    reader.name,
                    _(
                        "A program at %(host)s is told from now on when your entity gets a referral, and nothing of a "
                        "person. If you do not know this program, remove it here:",
                        host=urlsplit(webhook.url).hostname,
                    ),
                    f"{public_url}/webhooks/{webhook.id}",
                )
                message = Message(reader.email, _("A new program gets notices of your referrals"), body)
            queue_message(session, f"webhook-new/{webhook.id}", message)


def queue_switch_off_letters(session: Session, webhook: Webhook, public_url: str) -> None:
    """Tell the entity's liaisons, and the administrators where they may see the webhook."""
    readers = [Addressee(person.email, person.name, person.language) for person in _list_liaisons(session, webhook)]
    if webhook.entity not in find_restricted_entities(session):
        readers += list_addressees_with_permission(session, "accounts.manage")
    for reader in readers:
        with in_language(reader.language):
            body = build_letter(
                reader.name,
                _(
                    "The program at %(host)s did not take the notices of referrals for days, so it gets none any more. "
                    "Nothing is lost: what failed waits, and the portal has every referral.",
                    host=urlsplit(webhook.url).hostname,
                ),
                _("When the program works again, switch it on here and send again what failed:"),
                f"{public_url}/webhooks/{webhook.id}",
            )
            message = Message(reader.email, _("Your program no longer gets notices of referrals"), body)
        queue_message(session, f"webhook-off/{webhook.id}/{webhook.failing_since}", message)


def _list_liaisons(session: Session, webhook: Webhook) -> Iterable[Liaison]:
    return (person for person in list_liaisons(session) if person.entity == webhook.entity)
