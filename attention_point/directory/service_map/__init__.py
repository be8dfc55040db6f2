"""Maps of services: read from a file, compared with the directory, and loaded as a whole or not at all."""
