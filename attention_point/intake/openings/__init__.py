"""Files opened for a stated reason: the question, and the review by a second person."""
