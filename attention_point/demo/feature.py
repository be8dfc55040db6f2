"""What the invented people offer the app: a command, and the users that the sign-in page shows."""

from attention_point.demo.commands import demo_commands
from attention_point.demo.views import blueprint
from attention_point.foundation.feature import Feature

demo = Feature(name="demo", blueprints=(blueprint,), commands=(demo_commands,))
