"""Reports on run files: writing, reading, comparing and showing them.

Everything here works from run files alone: no TensorFlow, no Keras, no Hypothesis. Runs go to
``reports/out/`` unless ``--report`` says otherwise.
"""
