"""Values of the settings that name machines: networks of IP addresses, and the mail server."""
