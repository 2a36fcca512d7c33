"""The modes of execution: eager, tf.function, graph and others."""
