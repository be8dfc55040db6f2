"""Tests of the priority of turns."""
