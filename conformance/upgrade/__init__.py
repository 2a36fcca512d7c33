"""The upgrade check: what a new TensorFlow does with code that was written for an old one.

The cases of each clause go to both targets, in the form that the old target documents
(`path_mapping`, `pair`). The results and the observations of both sides are compared (`diff`). Each
difference is searched and shrunk on its own (`pair_search`).
"""
