"""The keys of the keyring: their versions, what waits on each of them, and a copy that two people keep together."""
