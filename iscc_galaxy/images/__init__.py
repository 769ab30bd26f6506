"""Reading images plane by plane, and codes of what they show."""
