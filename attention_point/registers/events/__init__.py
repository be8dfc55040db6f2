"""The register of events: forums, campaigns, sessions, studies, meetings with diplomatic missions."""
