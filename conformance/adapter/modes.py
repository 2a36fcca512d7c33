"""The modes: each runs the calls of a program eagerly, through tf.function, or in a v1 graph.

A runner's `run(call)` gives (outputs, final state): tensors or NumPy arrays in the containers that
the API returned.
"""

import tensorflow as tf

from . import paths, trees, versions, weights, wire


class Eager:
    """Runs at once."""

    def __init__(self, program):
        self._dtype = program.dtype
        self.built = paths.build(program)
        self._assigned = _layout(self.built, program)
        for variable, value in self._assigned:
            variable.assign(value)

    def weights_intact(self):
        """Whether every variable still has the value that was assigned."""
        return all(_same(variable.numpy(), value) for variable, value in self._assigned)

    def run(self, inputs, state):
        """Call once; `state` is a native tree, a wire.OwnZeros or None."""
        return self._invoke(tf.constant(inputs), self._resolved(state, inputs))

    def close(self):
        """Nothing is held."""

    def _invoke(self, inputs, state):
        return self.built.call(inputs, state)

    def _resolved(self, state, inputs):
        if isinstance(state, wire.OwnZeros):
            return self.built.own_state(tf.constant(inputs), len(inputs), self._dtype)
        return state


class Function(Eager):
    """Runs through tf.function; the tensors of the state are arguments, all else is closed over."""

    def _invoke(self, inputs, state):
        leaves = trees.flatten(state)
        tensors = [leaf for leaf in leaves if _is_argument(leaf)]

        def traced(inputs, *arguments):
            arguments = iter(arguments)
            filled = [next(arguments) if _is_argument(leaf) else leaf for leaf in leaves]
            return self.built.call(inputs, trees.rebuild(state, iter(filled)))

        # autograph would rewrite our own wrapper, and put its frames into every error
        return tf.function(traced, autograph=False)(inputs, *tensors)


class Graph:
    """Runs in a graph and a session of its own; tensors of the state are fed."""

    def __init__(self, program):
        self._dtype = program.dtype
        self._graph = tf.Graph()
        self._session = versions.v1.Session(graph=self._graph)
        with self._graph.as_default():
            self.built = paths.build(program)
            self._assigned = _layout(self.built, program)
            for variable, value in self._assigned:
                # the initializer's own input is fed, so that no assign op is added to the graph
                self._session.run(variable.initializer, {variable.initializer.inputs[1]: value})
            self._initialized = {id(variable) for variable, _ in self._assigned}

    def weights_intact(self):
        """Whether every variable still has the value that was assigned."""
        values = self._session.run([variable for variable, _ in self._assigned])
        return all(_same(now, value) for now, (_, value) in zip(values, self._assigned))

    def run(self, inputs, state):
        """Build the call into the graph and run it."""
        feeds = {}
        # the caller's variables are eager ones, which can be read only out here
        self._variable_values = {
            id(leaf): leaf.numpy() for leaf in trees.flatten(state) if isinstance(leaf, tf.Variable)
        }
        with self._graph.as_default():
            fed_inputs = self._placeholder(inputs, feeds)
            native = self._resolved(state, fed_inputs, len(inputs), feeds)
            outputs, final = self.built.call(fed_inputs, native)
            self._initialize_new_variables()
            fetched = self._session.run([outputs, *trees.flatten(final)], feeds)
        # tensors, so that the next call takes them as fed tensors and not as NumPy arrays
        return fetched[0], trees.rebuild(final, iter([tf.constant(v) for v in fetched[1:]]))

    def _initialize_new_variables(self):
        """Variables that a fresh program has made in this call."""
        new = [v for v in versions.v1.global_variables() if id(v) not in self._initialized]
        self._session.run([variable.initializer for variable in new])
        self._initialized.update(id(variable) for variable in new)

    def close(self):
        """Free the session."""
        self._session.close()

    def _resolved(self, state, inputs, batch, feeds):
        if isinstance(state, wire.OwnZeros):
            return self.built.own_state(inputs, batch, self._dtype)
        leaves = [self._fed(leaf, feeds) for leaf in trees.flatten(state)]
        return trees.rebuild(state, iter(leaves))

    def _fed(self, leaf, feeds):
        if isinstance(leaf, tf.RaggedTensor):
            values = self._placeholder(leaf.flat_values.numpy(), feeds)
            return tf.RaggedTensor.from_row_splits(values, leaf.row_splits.numpy())
        if isinstance(leaf, tf.Variable):
            return self._variable(self._variable_values[id(leaf)])
        if isinstance(leaf, tf.Tensor):
            return self._placeholder(leaf.numpy(), feeds)
        return leaf

    def _placeholder(self, values, feeds):
        dtype = tf.string if values.dtype == object else tf.as_dtype(values.dtype)
        placeholder = versions.v1.placeholder(dtype, values.shape)
        feeds[placeholder] = values
        return placeholder

    def _variable(self, values):
        variable = versions.v1.get_variable(
            "state_%d" % len(self._graph.get_operations()), initializer=values
        )
        return variable


RUNNERS = {"eager": Eager, "function": Function, "graph": Graph}


def _layout(built, program):
    pairs = []  # none for a fresh program, which has no weights
    for cell, spec, values in zip(built.cells, built.specs, program.weights):
        pairs.extend(weights.layout(built.generation, cell, spec, values))
    return pairs


def _is_argument(leaf):
    return isinstance(leaf, (tf.Tensor, tf.RaggedTensor))


def _same(now, value):
    return now.dtype == value.dtype and now.tobytes() == value.tobytes()
