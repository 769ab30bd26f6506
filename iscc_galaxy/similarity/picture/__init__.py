"""The picture of a comparison: a heatmap of few datasets, a list of the groups of many."""
