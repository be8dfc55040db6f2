"""Figures of docs/performance.md: each a ratio of two sides measured in turns within one run (`make bench`)."""
