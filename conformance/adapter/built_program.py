"""What every path module builds: something to call, and the cells whose weights are assigned."""

from . import compat, native_trees, wire
from .cells import factory


class Built:
    """A built path: `call(inputs, state, **arguments)` gives outputs and final state.

    They are as the API returns them; `arguments` are by the names that it has for them. `others`
    are further ways of calling, by name: functions that give what to call. `maker` is the layer, or
    the cell where there is none; `model` is what a layer is in, and `layers` are those in it.
    `declared` is what is said before a call of what it gives, where that is known.
    """

    declared = None

    def __init__(
        self, generation, program, cell, cells, call, maker, others=None, model=None, layers=()
    ):
        self.generation = generation
        self.cell = cell
        self.cells = cells
        self.specs = program.cells
        self.call = call
        self.maker = maker
        self._mixed = program.policy is not None
        self._model = model
        self._layers = layers
        self._others = others or {}
        self._stateful = program.layer.get("stateful", False)
        self._at_first = [
            (state, state.numpy())
            for state in native_trees.flatten(self.stored_state() or ())
            if state is not None  # not built yet
        ]
        self._bases = {}
        self.remember_classes((*factory.nested_cells(cell), *cells, maker, *layers))

    def remember_classes(self, parts):
        """Remember the bases that the classes of cells, layers and models have now."""
        self._bases.update((type(part), type(part).__mro__) for part in parts)

    def way(self, by):
        """What to call, by the name of how."""
        return self.call if by == "call" else self._others[by]()

    def restore_classes(self):
        """Give the classes of the cells and layers the bases that they were built with.

        Making a Keras 2 layer in a graph exchanges the bases of its class for those of graph mode,
        under living instances too, and making one eagerly exchanges them back
        (tf_keras/src/utils/version_utils.py); only `__new__` is needed for that.
        """
        for kind, bases in self._bases.items():
            if kind.__mro__ != bases:
                kind.__new__(kind)

    def stored_state(self):
        """What a stateful layer keeps from call to call, or None."""
        if not self._stateful:
            return None
        if not self._layers:
            return self.maker.states
        return [state for layer in self._layers for state in layer.states]

    def forget(self):
        """Give what is stored the values that it was built with."""
        for state, value in self._at_first:
            state.assign(value)

    def prepare(self, before, states):
        """Do to a stateful layer what is asked before a call, with native states."""
        if isinstance(before, wire.Reset):
            resettable = self._model if before.model else self.maker
            compat.reset(self.generation, resettable, states)
        elif isinstance(before, wire.Assign):
            for stored, state in zip(
                native_trees.flatten(self.stored_state()), native_trees.flatten(states)
            ):
                stored.assign(state)

    def variable_dtypes(self):
        """The dtypes of the cells' variables, under a policy of mixed precision."""
        if not self._mixed:
            return ()
        return tuple(sorted({v.dtype.base_dtype.name for v in self._variables()}))

    def _variables(self):
        return [compat.tf_variable(v) for cell in self.cells for v in cell.weights]

    def own_state(self, inputs, batch, dtype):
        """The state that this path's cell or layer makes itself."""
        return compat.initial_state_of(self.maker, inputs, batch, dtype)


def layer_dtype(generation, program):
    """What a program's cells and layers are given as their dtype."""
    if program.policy is None:
        return program.dtype
    return compat.policy(generation, program.policy)


def build_cell(generation, program):
    """The cells, and the one cell that stands for them all; built unless they are to be fresh.

    What is to be saved in a file is left to its layer to build, which gives the variables of each
    cell names of their own.
    """
    dtype = layer_dtype(generation, program)
    made = [
        factory.make(generation, spec, i, dtype, program.options, program.state_is_tuple)
        for i, spec in enumerate(program.cells)
    ]
    wrapped = [
        factory.wrap(generation, spec, i, dtype, made[i])
        for i, spec in enumerate(program.cells)
    ]
    if not program.fresh and program.reloaded not in wire.FILES:
        outermost = made if generation == "v1" else wrapped
        factory.build(generation, outermost, program.cells, program.features)
    if len(made) == 1 and not program.nesting:
        return made, wrapped[0]
    return made, factory.stack(generation, program, wrapped, dtype)
