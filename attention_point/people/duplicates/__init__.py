"""People who may be one: how they are compared and scored, the pairs that a person decides, who may be at the desk."""
