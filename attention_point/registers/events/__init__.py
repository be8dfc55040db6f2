"""Events and positioning: events, forums, campaigns, sessions, studies, meetings with diplomatic missions."""
