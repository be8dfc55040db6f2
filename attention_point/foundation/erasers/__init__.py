"""Erasers: what each room does with its rows when people are erased (``people/erasure`` calls them all)."""

from attention_point.foundation.erasers.eraser import SESSION_KEY, Eraser, get_erasers, list_kept_people

__all__ = ["SESSION_KEY", "Eraser", "get_erasers", "list_kept_people"]
