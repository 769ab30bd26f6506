"""Where the jobs of the local Galaxy run: an engine is a class, each in a module of its own, derived from the first."""
