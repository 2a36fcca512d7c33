"""Run files: what they hold, how they are written and read, and how they are shown.

Everything here works from run files alone: no TensorFlow, no Keras, no Hypothesis. Runs go to
``reports/out/`` unless ``--report`` says otherwise.
"""
