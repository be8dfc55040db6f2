"""The year's management report: written from the other registers and from the statistics' released months."""
