"""The office's pages of the months, the form that publishes one, and the statistics API."""
