"""The desks of a room: how they are configured, and what one of them has to do now."""
