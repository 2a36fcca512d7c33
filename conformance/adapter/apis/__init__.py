"""The ways of running cells, one module per API; each builds what a program asks for."""
