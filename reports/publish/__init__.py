"""The published files: the baselines, the table of targets, and the example pages."""
