"""How replies reach a browser on a slow line: compressed, and in as few trips as possible."""
