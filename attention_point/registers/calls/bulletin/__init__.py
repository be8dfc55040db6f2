"""The weekly bulletin of open calls and the answers of its recipients."""
