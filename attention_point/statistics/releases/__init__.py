"""Released months: their content, how they are released and corrected, and their reports."""
