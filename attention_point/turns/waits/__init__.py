"""The office's page of waits: by hour, by day, and the load of each desk."""
