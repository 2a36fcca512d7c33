"""The code of a reproducer: building, tracing, arrays and source text."""
