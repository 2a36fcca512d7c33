"""Cells: how they are made from their options and filled with weights, and their defaults."""
