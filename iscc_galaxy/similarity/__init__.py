"""Comparing codes."""
