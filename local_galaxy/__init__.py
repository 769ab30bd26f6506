"""A real Galaxy on this machine, for the demo, the browser and the tests."""
