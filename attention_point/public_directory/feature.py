"""The feature of the public directory: pages, leaflets and HSDS."""

from attention_point.foundation.feature import Feature
from attention_point.public_directory.hsds import views as hsds_views
from attention_point.public_directory.pages import views as page_views

public_directory = Feature(name="public_directory", blueprints=(hsds_views.blueprint, page_views.blueprint))
