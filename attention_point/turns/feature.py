"""What the room of turns offers the application."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.key_rotation import rotate_sealed_rows
from attention_point.foundation.language import N_
from attention_point.turns import details, entity_queues
from attention_point.turns.desks.desk_services import create_first_desks
from attention_point.turns.kiosk.views import blueprint as kiosk_blueprint
from attention_point.turns.models import Desk, Turn
from attention_point.turns.naming import NAMING
from attention_point.turns.pages import closing_views, desk_views, door_views, queue_views, turn_blueprint, turn_views
from attention_point.turns.priority import samples
from attention_point.turns.priority.models import TurnSamples
from attention_point.turns.priority.pages.views import blueprint as policy_pages
from attention_point.turns.programs.api import blueprint as api
from attention_point.turns.programs.closing import CLOSING_JOB
from attention_point.turns.screen.views import blueprint as screen_pages
from attention_point.turns.waits.views import blueprint as waits_pages

# Imported for the views that they add to the blueprint.
_VIEWS = (queue_views, turn_views, door_views, desk_views, closing_views)
POLICY_PAGES = ("turn_policies.show_policies", "turn_policies.add_policy", "turn_policies.show_policy")

turns = Feature(
    name="turns",
    blueprints=(
        *(turn_blueprint.blueprint, api, kiosk_blueprint, policy_pages),
        *(screen_pages, waits_pages),
    ),
    menu=(
        MenuItem(N_("Turns"), "turns.show_queue", "turns.call", daily_for=("agent", "supervisor")),
        MenuItem(N_("Waits"), "turn_waits.show_waits", "turns.waits"),
        MenuItem(N_("Priority of turns"), "turn_policies.show_policies", "turns.configure", POLICY_PAGES),
    ),
    reference_loaders=(create_first_desks,),
    jobs=(CLOSING_JOB,),
    naming=NAMING,
    rotations=(
        rotate_sealed_rows(N_("desks"), entity_queues.SEALING_PURPOSE, Desk.id, Desk.sealed),
        rotate_sealed_rows(N_("turns"), details.SEALING_PURPOSE, Turn.id, Turn.sealed),
        rotate_sealed_rows(N_("waits of past days"), samples.SEALING_PURPOSE, TurnSamples.id, TurnSamples.sealed),
    ),
)
