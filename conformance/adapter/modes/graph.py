"""The mode `graph`: a v1 graph and a session."""

import tensorflow as tf

from .. import compat, native_trees, offers, timing, wire
from ..cells import weights
from . import differentiation


class Graph:
    """The mode that runs in its own graph and session; the tensors of the state are fed.

    A kept program's call is built into the graph once for each structure of a state, with unknown
    batch and steps. Any other program's call is built for each call and its shapes.
    """

    def __init__(self, program):
        self._program = program
        self.weights = weights.Assigned()
        self._initialized = set()
        self._calls = {}
        self._graph = tf.Graph()
        self._session = compat.v1.Session(graph=self._graph)
        with self._graph.as_default():
            if program.fresh:
                compat.seed()
            self.built = offers.build(program)

    def assign(self, values):
        """Give the variables the values of one wire.Weights for each cell."""
        with self._graph.as_default():
            changed = self.weights.assignments(self.built, values)
        if not changed:
            return  # a fresh program, whose graph is still empty
        # this feeds the initializers' own inputs, so that the graph gets no new assign op
        feeds = {variable.initializer.inputs[1]: value for variable, value in changed}
        self._session.run([variable.initializer for variable, _ in changed], feeds)
        self._initialized.update(id(variable) for variable, _ in changed)

    def weights_intact(self):
        """Return True where every variable still has its assigned value."""
        return self.weights.are_intact(self._session.run(self.weights.variables))

    def run(self, inputs, state, arguments, loss, by):
        """Build the call into the graph, unless it is already there, and run it."""
        assert by == "call"
        call = self._call(inputs, state, arguments, loss)
        leaves = [_value(leaf) for leaf in native_trees.flatten(state) if _is_fed(leaf)]
        values = [inputs, *arguments.values(), *loss.cotangents, *loss.split, *leaves]
        fetched = iter(call.execute(*values))
        outputs = next(fetched)
        # as tensors, so that the next call feeds them and does not take them as NumPy arrays
        final = native_trees.rebuild(call.final, map(tf.constant, fetched))
        return (
            outputs,
            final,
            [None if each is None else next(fetched) for each in call.gradients],
        )

    def close(self):
        """Free the session."""
        self._session.close()

    def _call(self, inputs, state, arguments, loss):
        if not self._program.kept:
            return self._build_call(inputs, state, arguments, loss)
        structure = native_trees.trace_key(state, arguments), differentiation.trace_key(loss)
        if structure not in self._calls:
            self._calls[structure] = self._build_call(inputs, state, arguments, loss)
        return self._calls[structure]

    def _build_call(self, inputs, state, arguments, loss):
        # the caller's variables are eager, so they can be read only outside the graph
        leaves = [
            _Eager(leaf.numpy()) if isinstance(leaf, tf.Variable) else leaf
            for leaf in native_trees.flatten(state)
        ]
        with timing.measure(timing.BUILDING), self._graph.as_default():
            self.built.restore_classes()
            call = _Call(self._program.kept)
            fed_inputs = call.placeholder(inputs, 2)
            fed_arguments = {name: call.placeholder(v, 2) for name, v in arguments.items()}
            fed_loss = differentiation.Loss(
                *[[call.placeholder(v, len(v.shape) - 1) for v in values] for values in loss]
            )
            if isinstance(state, wire.OwnZeros):
                rows = tf.shape(fed_inputs)[0] if self._program.kept else len(inputs)
                native = self.built.own_state(fed_inputs, rows, self._program.dtype)
            else:
                native = native_trees.rebuild(
                    state, iter([self._leaf_in_graph(call, leaf) for leaf in leaves])
                )
            outputs, call.final, call.gradients = differentiation.compute_in_graph(
                self.built.call, self.weights.variables, fed_inputs, native, fed_arguments, fed_loss
            )
            gradients = [each for each in call.gradients if each is not None]
            fetches = [outputs, *native_trees.flatten(call.final), *gradients]
            self._initialize_new_variables()
            call.execute = self._session.make_callable(fetches, call.fed)
        return call

    def _leaf_in_graph(self, call, leaf):
        if isinstance(leaf, _Eager):
            name = "state_%d" % len(self._graph.get_operations())
            return compat.v1.get_variable(name, initializer=leaf.values)
        if isinstance(leaf, tf.RaggedTensor):
            values = call.placeholder(leaf.flat_values.numpy(), 1)
            return tf.RaggedTensor.from_row_splits(values, leaf.row_splits.numpy())
        return call.placeholder(leaf.numpy(), 1) if isinstance(leaf, tf.Tensor) else leaf

    def _initialize_new_variables(self):
        """Initialize the variables that a fresh program has made in this call."""
        new = [v for v in compat.v1.global_variables() if id(v) not in self._initialized]
        self._session.run([variable.initializer for variable in new])
        self._initialized.update(id(variable) for variable in new)


class _Eager:
    """The values of a caller's variable."""

    def __init__(self, values):
        self.values = values


class _Call:
    """A call in a graph: its placeholders in order, final state, gradients, and how to run it."""

    def __init__(self, kept):
        self._kept = kept
        self.fed = []
        self.final = None
        self.gradients = None
        self.execute = None

    def placeholder(self, values, open_axes):
        """Add a placeholder for such values; in a kept call their first axes are unknown."""
        spec = native_trees.open_spec(values, open_axes if self._kept else 0)
        self.fed.append(compat.v1.placeholder(spec.dtype, spec.shape))
        return self.fed[-1]


def _is_fed(leaf):
    return isinstance(leaf, (tf.Tensor, tf.RaggedTensor))


def _value(leaf):
    return leaf.flat_values.numpy() if isinstance(leaf, tf.RaggedTensor) else leaf.numpy()
