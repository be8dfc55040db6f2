"""The feature of the demonstration: the users that the sign-in page shows."""

from attention_point.demo.views import blueprint
from attention_point.foundation.feature import Feature

demo = Feature(name="demo", blueprints=(blueprint,))
