"""The pages and leaflets of the public directory."""
