"""The second step of signing in: passkeys, codes of an application, recovery codes, and the way back to an account."""
