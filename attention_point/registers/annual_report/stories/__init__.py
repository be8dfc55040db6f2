"""The office's story of a section, around the units that the records draft."""
