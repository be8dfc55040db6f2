"""The directory: entities, their services, the papers they ask for, and since when each of these holds."""
