"""The feature of the register of events."""

from attention_point.foundation.feature import Feature
from attention_point.registers.events.loading import load_diplomatic_contacts, load_events
from attention_point.registers.events.register import EVENTS
from attention_point.registers.events.views import events_blueprint, public_blueprint
from attention_point.registers.shared.naming import build_naming
from attention_point.registers.shared.records.loading import register_sections

events = Feature(name="events", blueprints=(events_blueprint, public_blueprint), naming=build_naming(EVENTS))
register_sections(events=load_events, diplomatic_contacts=load_diplomatic_contacts)
