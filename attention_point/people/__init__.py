"""People: the sealed person, identity documents, search, possible duplicates."""
