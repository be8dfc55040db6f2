"""The form of a new webhook."""

from collections.abc import Mapping
from typing import Any

from wtforms import SelectField, StringField

from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import BaseForm, Required, clean_text


class WebhookForm(BaseForm):
    """The address, and the entity for those who manage the webhooks of all."""

    entity = SelectField(N_("Entity"), validate_choice=False)
    url = StringField(
        N_("Address of your program"),
        [Required(N_("Write the address, beginning with https://"))],
        filters=[clean_text],
    )

    def __init__(self, *args: Any, entities: Mapping[str, str], own_entity: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entity.choices = sorted(entities.items(), key=lambda item: item[1])
        if own_entity:
            del self.entity
