"""What the events offer the app."""

from attention_point.foundation.feature import Feature
from attention_point.registers.events.loading import load_diplomatic_contacts, load_events
from attention_point.registers.events.register import EVENTS
from attention_point.registers.events.views import PUBLIC, blueprint
from attention_point.registers.shared.loading import offer
from attention_point.registers.shared.naming import naming_of

events = Feature(name="events", blueprints=(blueprint, PUBLIC), naming=naming_of(EVENTS))
offer(events=load_events, diplomatic_contacts=load_diplomatic_contacts)
