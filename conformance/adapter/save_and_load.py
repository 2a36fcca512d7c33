"""The ways to save and load a built program, by name, and the content of its config.

Files go to a temporary folder, which is removed after the loading.
"""

import dataclasses
import json
import os
import tempfile

from . import compat, native_trees, offers, wire
from .apis import keras_bidirectional, keras_rnn
from .apis.cell import caller
from .built_program import Built
from .cells import factory, weights


def describe_made(built, program):
    """Return the wire.Made of a built program, and of the reloaded one if it is reloaded."""
    if program.reloaded:
        stages = (built, reload(built, program, ()))
        return wire.Made(tuple(_as_json(stage.maker.get_config()) for stage in stages))
    weights_at_first = () if built.generation == "v1" else _initial_weights(built)
    return wire.Made((json.dumps(built.maker.get_config()),), weights_at_first)


def reload(built, program, values):
    """Save and load a built program; its variables have the values of these wire.Weights."""
    if program.reloaded in _FILES:
        return _through_file(built, program, _FILES[program.reloaded])
    if program.reloaded in (wire.V1_WEIGHTS, wire.BASIC_V1_WEIGHTS):
        return _make_with_v1_weights(program, values)
    config = _config_of(built, program)
    again = type(built.maker).from_config(json.loads(_as_json(config)))
    _build(again, built.generation, program)
    again.set_weights(built.maker.get_weights())
    return _bind(again, built.generation, program)


def _initial_weights(built):
    return tuple(
        wire.Weights(*map(_array, (cell.kernel, cell.recurrent_kernel, cell.bias)))
        for cell in built.cells
    )


def _array(variable):
    if variable is None:
        return None
    return native_trees.to_wire_array(compat.tf_variable(variable).numpy())


# --- configs --------------------------------------------------------------------------------------


def _as_json(config):
    """Return a config as JSON, as Keras writes it into a file, with its proxies of dicts."""
    return json.dumps(config, default=dict)


def _config_of(built, program):
    if program.reloaded == wire.CONFIG:
        return built.maker.get_config()
    config = _twin(program, "keras2").maker.get_config()
    if program.reloaded == wire.KERAS2_CONFIG:
        config.pop("time_major", None)  # Keras 3 says that it has removed this option
    return config


def _twin(program, generation):
    """Build the same program in another generation."""
    path = "%s/%s" % (_api(program), generation)
    return offers.build(dataclasses.replace(program, path=path, reloaded=None))


def _build(maker, generation, program):
    """Create the variables of a cell or layer that was made from a config."""
    if _api(program) != "cell":
        maker.build((program.rows, None, program.features))
    elif generation == "v1":
        factory.build(generation, compat.parts(maker), program.cells, program.features)
    else:
        maker.build((None, program.features))


def _bind(maker, generation, program):
    """Return the program's path around another cell or layer."""
    if _api(program) == "Bidirectional":
        return keras_bidirectional.bind_wrapper(generation, program, maker)
    if _api(program) == "cell":
        return _bind_call(maker, generation, program, caller(maker))
    masked = keras_rnn.masking(generation, program)
    return _bind_call(maker, generation, program, keras_rnn.caller(maker, masked))


def _bind_call(maker, generation, program, call):
    cell = getattr(maker, "cell", maker)
    return Built(generation, program, cell, compat.parts(cell), call, maker)


def _api(program):
    return program.path.split("/")[0]


# --- weights of v1 cells --------------------------------------------------------------------------


def _make_with_v1_weights(program, values):
    """Build a new cell or layer, and give it the variables of v1 cells by set_weights."""
    again = offers.build(dataclasses.replace(program, reloaded=None))
    given, width = [], program.features
    for index, spec in enumerate(program.cells):
        if program.reloaded == wire.BASIC_V1_WEIGHTS and spec["cell_type"] == "LSTM":
            spec = {**spec, "cell_type": "BasicLSTM"}
        given += weights.v1_to_keras(spec, _v1_variables(program, spec, width, values[index]))
        width = spec["units"]
    again.maker.set_weights(given)
    return again


def _v1_variables(program, spec, width, values):
    """Return the values of a v1 cell's variables, by the names that they have in it."""
    cell = factory.make("v1", spec, 0, program.dtype)
    factory.build("v1", [cell], [spec], width)
    for _, variable, value in weights.layout("v1", cell, spec, values):
        variable.assign(value)
    names = [variable.name.split(":")[0].split("/", 1)[1] for variable in cell.variables]
    return dict(zip(names, cell.get_weights()))


# --- files ----------------------------------------------------------------------------------------


def _through_file(built, program, save_and_load):
    """Save and load a functional model with the initial state among its inputs."""
    model, containers = _model(built, program)
    with tempfile.TemporaryDirectory() as folder:
        loaded, layer = save_and_load(built, program, model, folder)

    def call(inputs, state):
        outputs, *final = loaded([inputs, *native_trees.flatten(state)])
        return outputs, native_trees.rebuild(containers, iter(final))

    return _bind_call(layer, built.generation, program, call)


def _model(built, program):
    """Return the model of a layer, and the containers of the layer's final state."""
    keras = compat.keras(built.generation)

    def placeholder(*shape):
        return keras.Input(shape, dtype=program.dtype)

    sizes = built.cell.state_size
    sizes = list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]
    states = [placeholder(size) for size in native_trees.flatten(sizes)]
    sequence = placeholder(None, program.features)
    result = built.maker(sequence, initial_state=native_trees.rebuild(sizes, iter(states)))
    return keras.Model([sequence, *states], native_trees.flatten(result)), result[1:]


def _whole_model(ending):
    def save_and_load(built, program, model, folder):
        path = os.path.join(folder, "model" + ending)
        model.save(path)
        loaded = compat.keras(built.generation).models.load_model(path)
        return loaded, loaded.get_layer(built.maker.name)

    return save_and_load


def _weights_alone(built, program, model, folder):
    path = os.path.join(folder, "model.weights.h5")
    model.save_weights(path)
    other = _twin(program, built.generation)
    loaded, _ = _model(other, program)
    loaded.load_weights(path)
    return loaded, other.maker


def _saved_model(built, program, model, folder):
    loaded, has_layers = compat.reload_saved_model(built.generation, model, folder)
    return loaded, loaded.get_layer(built.maker.name) if has_layers else built.maker


_FILES = {
    wire.KERAS_FILE: _whole_model(".keras"),
    wire.H5_FILE: _whole_model(".h5"),
    wire.WEIGHTS_FILE: _weights_alone,
    wire.SAVED_MODEL: _saved_model,
}
