"""The accounts of staff and partner entities: sign-in, sessions on the server, the throttle, tokens of programs."""
