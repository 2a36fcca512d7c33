"""What is published: the baselines, the table of targets, and the example pages."""
