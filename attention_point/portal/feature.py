"""The feature of the portal: pages and menu."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.portal import api, monitor_views, views
from attention_point.portal.notifying.jobs import NOTICE_JOB
from attention_point.portal.webhooks import views as webhook_views
from attention_point.portal.webhooks.sending import WEBHOOK_JOB

portal = Feature(
    name="portal",
    blueprints=(views.blueprint, api.blueprint, monitor_views.blueprint, webhook_views.blueprint),
    jobs=(NOTICE_JOB, WEBHOOK_JOB),  # what the first queues, the second sends in the same run
    menu=(
        MenuItem(N_("Our referrals"), "portal.show_inbox", "portal.use", daily_for=("entity",)),
        MenuItem(N_("Our figures"), "entity_monitor.show_monitor", "portal.use"),
        MenuItem(N_("Notices to programs"), "webhooks.list_webhooks", "webhooks.manage"),
    ),
)
