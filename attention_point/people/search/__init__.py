"""Finding a person by whatever is typed: by tags, by names in the server's memory, and in which order."""
