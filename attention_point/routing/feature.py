"""What routing offers the app."""

from attention_point.foundation.feature import Feature
from attention_point.routing.commands import routing_commands

routing = Feature(name="routing", commands=(routing_commands,))
