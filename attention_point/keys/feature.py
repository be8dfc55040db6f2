"""Keys as a feature of the app: what ``doctor`` and the page of the system say of them."""

from attention_point.foundation.feature import Feature
from attention_point.keys.checks import CHECKS, list_key_status

keys = Feature(name="keys", checks=CHECKS, status=(list_key_status,))
