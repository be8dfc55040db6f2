"""The feature of the portal: pages and menu."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.key_rotation import rotate_sealed_rows
from attention_point.foundation.language import N_
from attention_point.portal import exchange_views, monitor_views, recall_views, views
from attention_point.portal.inbox import file_views, finding_views
from attention_point.portal.inbox import views as inbox_views
from attention_point.portal.notifying.jobs import NOTICE_JOB
from attention_point.portal.portal_blueprint import blueprint
from attention_point.portal.programs import api, exchange_api
from attention_point.portal.slip_outcomes import views as slip_outcome_views
from attention_point.portal.webhooks import views as webhook_views
from attention_point.portal.webhooks.models import WebhookDelivery
from attention_point.portal.webhooks.queries import SEALING_PURPOSE
from attention_point.portal.webhooks.sending import WEBHOOK_JOB
from attention_point.portal.webhooks.webhook_status import list_webhook_status

# Imported for the views that they add to the blueprints of the portal and of its API.
_PORTAL_VIEWS = (inbox_views, finding_views, file_views, views, exchange_views, recall_views, exchange_api)

portal = Feature(
    name="portal",
    blueprints=(
        blueprint,
        api.blueprint,
        monitor_views.blueprint,
        webhook_views.blueprint,
        slip_outcome_views.blueprint,
    ),
    jobs=(NOTICE_JOB, WEBHOOK_JOB),  # what the first queues, the second sends in the same run
    menu=(
        MenuItem(N_("Our referrals"), "portal.show_inbox", "portal.use", daily_for=("entity",)),
        MenuItem(N_("Our figures"), "entity_monitor.show_monitor", "portal.use"),
        MenuItem(N_("Notices to programs"), "webhooks.list_webhooks", "webhooks.manage", is_rare=True),
    ),
    rotations=(
        rotate_sealed_rows(N_("notices to programs"), SEALING_PURPOSE, WebhookDelivery.id, WebhookDelivery.sealed),
    ),
    status=(list_webhook_status,),
)
