"""The server's side of the outbox: keys of points, tickets of agents, receiving captures, deciding what waits."""
