"""The part that runs inside the target: it drives TensorFlow and observes, and judges nothing.

Everything here runs on Python 3.7 with only numpy and tensorflow. The driver shares one module,
`wire`, which imports neither of them.
"""
