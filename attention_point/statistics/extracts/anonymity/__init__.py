"""The de-identification of rows of people, and the audit of the finished rows."""
