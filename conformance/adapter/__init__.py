"""What runs inside the target: drives TensorFlow and observes, without an opinion.

Everything here runs on Python 3.7 with numpy and tensorflow alone. `wire` is the one module that
the driver shares; it imports neither.
"""
