"""The upgrade check: what the new TensorFlow does with code that was written for the old one.

Each clause's own cases go to both targets, as the old one documents them (`crossing`, `both`). What
the clause and the observations say of a case on either side is held against each other
(`differences`), and each kind of difference is searched and shrunk by itself (`search`).
"""
