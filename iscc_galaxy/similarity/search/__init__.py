"""The search for near codes: how it is planned, and two back ends that compare, numpy and compiled loops."""
