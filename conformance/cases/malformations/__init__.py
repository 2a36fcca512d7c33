"""Malformations: each named way of making a state, a length or a mask wrong."""
