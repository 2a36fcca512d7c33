"""Run files: how they are written, read, compared and shown.

Everything here works from run files alone: no TensorFlow, no Keras, no Hypothesis. Runs go to
``reports/out/`` unless ``--report`` says otherwise.
"""
