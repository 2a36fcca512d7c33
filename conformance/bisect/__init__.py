"""The search for the release that changed: a binary search over the named targets.

`candidates` finds the targets between two others, `binary_search` chooses the next one to ask, and
`steps` asks it: for one case, or for all that a clause's search finds.
"""
