"""The pages of the events: those of every register, a calendar, the countries."""

from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.views import pages

blueprint = pages(EVENTS)
