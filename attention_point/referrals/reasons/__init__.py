"""The reasons for which an entity rejects: a list of its own, edited by the entity or the office."""
