"""Security of a request: access check, headers, cookies, and the client's address."""
