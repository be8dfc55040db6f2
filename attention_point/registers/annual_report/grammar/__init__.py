"""The Spanish of the report: articles, agreement, lists, and sentences with parts that may be missing."""
