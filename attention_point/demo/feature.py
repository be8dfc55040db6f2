"""What the invented people offer the app: a command, no page."""

from attention_point.demo.commands import demo_commands
from attention_point.foundation.feature import Feature

demo = Feature(name="demo", commands=(demo_commands,))
