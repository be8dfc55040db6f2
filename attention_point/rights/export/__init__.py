"""What a person may see of what is kept of them: their own export, their consents, who used their data."""
