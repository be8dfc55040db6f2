"""What people are told about their data, and what they allow: at the desk and on public pages."""
