"""What keeps the directory fresh: proposals of entities, the history of entries, reviews, warnings."""
