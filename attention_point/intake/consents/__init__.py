"""What a person allows at a visit, and what follows from it."""
