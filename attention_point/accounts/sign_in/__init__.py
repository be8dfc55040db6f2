"""Sign-in: passwords and their throttle, sessions, known browsers, forms that wait for a new sign-in."""
