"""What the exercise of a right leaves with a person: the mark of a claim in process, and what was revoked."""
