"""Tests of the page of waits."""
