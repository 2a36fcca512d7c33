"""Checks: an observation in, silence or a Deviation out."""
