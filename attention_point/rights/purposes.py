"""The purposes of a consent in words."""

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _

PURPOSE_LABELS = {
    "attention": N_("Being put on file, to be helped"),
    "contact": N_("Calls and messages to the telephone"),
    "research": N_("Studies by a university"),
    "statistics": N_("Being counted in statistics"),
    "referral:*": N_("Sending the data to the entities that help"),
    "*": N_("Everything"),
}


def label_purpose(session: Session, purpose: str) -> str:
    """A purpose in words: of a referral, with the entity's name."""
    if purpose in PURPOSE_LABELS:
        return _(PURPOSE_LABELS[purpose])
    entity = directory_queries.find_entity(session, purpose.removeprefix("referral:"))
    # A consent may be older than the directory of today, which then knows the entity no longer.
    name = entity.name[current_language()] if entity else purpose.removeprefix("referral:")
    return _("Sending the data to %(entity)s", entity=name)
