"""What every path module builds: something to call, and the cells whose weights are assigned."""

from . import cells as cell_makers
from . import versions


class Built:
    """A built path: `call(inputs, state, **arguments)` gives outputs and final state.

    They are as the API returns them; `arguments` are by the names that it has for them.
    """

    def __init__(self, generation, program, cell, cells, call, maker):
        self.generation = generation
        self.cell = cell
        self.cells = cells
        self.specs = program.cells
        self.call = call
        self._maker = maker
        self._bases = {type(part): type(part).__mro__ for part in (*cells, cell, maker)}

    def restore_classes(self):
        """Give the classes of the cells and layers the bases that they were built with.

        Making a Keras 2 layer in a graph exchanges the bases of its class for those of graph mode,
        under living instances too, and making one eagerly exchanges them back
        (tf_keras/src/utils/version_utils.py); only `__new__` is needed for that.
        """
        for kind, bases in self._bases.items():
            if kind.__mro__ != bases:
                kind.__new__(kind)

    def own_state(self, inputs, batch, dtype):
        """The state that this path's cell or layer makes itself."""
        return versions.initial_state_of(self._maker, inputs, batch, dtype)


def built_cell(generation, program):
    """The cells, and the one cell that stands for them all; built unless they are to be fresh."""
    specs, dtype = program.cells, program.dtype
    cells = [cell_makers.make(generation, spec, i, dtype) for i, spec in enumerate(specs)]
    if not program.fresh:
        cell_makers.build(generation, cells, specs, program.features)
    return cells, cells[0] if len(cells) == 1 else cell_makers.stack(generation, cells, dtype)
