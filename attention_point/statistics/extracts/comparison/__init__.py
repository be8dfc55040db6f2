"""How true the shares in an extract are, beside the published figures of its period."""
