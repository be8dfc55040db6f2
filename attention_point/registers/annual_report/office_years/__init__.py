"""The register of what the office says of itself for a year."""
