"""The recipes of ``docs/recipes/``, carried out as they stand in a copy of the house."""
