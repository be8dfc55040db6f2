"""Records of registers: reading, writing, organisations, attachments, totals of a year."""
