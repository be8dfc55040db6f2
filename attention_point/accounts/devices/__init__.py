"""Devices: the tablets, kiosks and screens that were enrolled at a point, each with a token of its own."""
