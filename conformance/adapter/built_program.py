"""The thing that every path module builds: a call, and the cells that get weights."""

from . import compat, native_trees, wire
from .cells import factory


class Built:
    """A built path: `call(inputs, state, **arguments)` returns outputs and final state.

    Both are as the API returns them; `arguments` have the names that the API gives them. `others`
    are more ways to call, by name: functions that return what to call. `maker` is the layer, or
    the cell where there is no layer. `model` is the model that contains the layer, and `layers` are
    the layers inside a wrapper. `declared` is the form of the result, where the API declares it
    before the call.
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
        """Return what to call, by the name of the way."""
        return self.call if by == "call" else self._others[by]()

    def restore_classes(self):
        """Give the classes of the cells and layers the bases that they were built with.

        When a Keras 2 layer is made in a graph, its class gets the bases of graph mode, and its
        living instances get them too. When a layer is made eagerly, the class gets its old bases
        back (tf_keras/src/utils/version_utils.py). A call of `__new__` is enough for either.
        """
        for built_class, bases in self._bases.items():
            if built_class.__mro__ != bases:
                built_class.__new__(built_class)

    def stored_state(self):
        """Return what a stateful layer keeps from call to call, or None."""
        if not self._stateful:
            return None
        if not self._layers:
            return self.maker.states
        return [state for layer in self._layers for state in layer.states]

    def forget(self):
        """Give the stored state the values that it was built with."""
        for state, value in self._at_first:
            state.assign(value)

    def prepare(self, before, states):
        """Do what `before` asks for: to a stateful layer, with native states, or to the model."""
        if isinstance(before, wire.Compile):
            self._model.compile(optimizer="sgd", loss="mse")
        elif isinstance(before, wire.Reset):
            resettable = self._model if before.model else self.maker
            compat.reset(self.generation, resettable, states)
        elif isinstance(before, wire.Assign):
            for stored, state in zip(
                native_trees.flatten(self.stored_state()), native_trees.flatten(states)
            ):
                stored.assign(state)

    def variable_dtypes(self):
        """Return the dtypes of the cells' variables, under a policy of mixed precision."""
        if not self._mixed:
            return ()
        return tuple(sorted({v.dtype.base_dtype.name for v in self._variables()}))

    def _variables(self):
        return [compat.tf_variable(v) for cell in self.cells for v in cell.weights]

    def own_state(self, inputs, batch, dtype):
        """Return the state that this path's cell or layer makes itself."""
        return compat.initial_state_of(self.maker, inputs, batch, dtype)


def layer_dtype(generation, program):
    """Return the dtype argument of a program's cells and layers."""
    if program.policy is None:
        return program.dtype
    return compat.policy(generation, program.policy)


def build_cell(generation, program):
    """Return the cells, and the one cell that stands for them all; built unless they must be fresh.

    Where the program is saved in a file, the layer builds the cells: it gives the variables of
    each cell names of their own.
    """
    dtype = layer_dtype(generation, program)
    made = [
        factory.make(generation, spec, i, dtype, program.options, program.state_is_tuple)
        for i, spec in enumerate(program.cells)
    ]
    wrapped = [
        factory.wrap(generation, spec, i, dtype, made[i]) for i, spec in enumerate(program.cells)
    ]
    if not program.fresh and program.reloaded not in wire.FILES:
        outermost = made if generation == "v1" else wrapped
        factory.build(generation, outermost, program.cells, program.features)
    if len(made) == 1 and not program.nesting:
        return made, wrapped[0]
    return made, factory.stack(generation, program, wrapped, dtype)
