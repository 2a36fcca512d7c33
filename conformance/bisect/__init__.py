"""Which release changed: a binary search over the named targets, each asked as it comes up.

`order` says which targets lie between two, `searching` which of them to ask next, `seeing` what is
asked: one case, or all that a clause's search finds.
"""
