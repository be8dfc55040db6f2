"""Accounts of staff and partner entities: sign-in, server-side sessions, throttle, tokens of programs."""
