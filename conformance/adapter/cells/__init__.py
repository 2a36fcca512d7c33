"""Cells: made from their options, filled with weights, and asked for their defaults."""
