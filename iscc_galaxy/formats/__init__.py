"""The forms in which codes are written and read."""
