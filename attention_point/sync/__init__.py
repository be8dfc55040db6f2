"""Tablets that work without network: what they kept reaches the server once each, and nothing of it is dropped."""
