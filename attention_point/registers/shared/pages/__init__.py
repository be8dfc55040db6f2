"""The pages that all registers share."""
