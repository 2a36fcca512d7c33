"""Start of a target: `python conformance/adapter READ_FD WRITE_FD`.

The package is loaded from its folder, under a name of its own. So nothing of the suite must be
installed in the target, and no module of the suite gets onto the target's path.
"""

import importlib.util
import os
import sys

NAME = "rnn_state_adapter"


def load():
    """Import this folder as the package `rnn_state_adapter`."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != folder]
    spec = importlib.util.spec_from_file_location(
        NAME, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    load()
    serve = importlib.import_module(NAME + ".serve")
    serve.serve(int(sys.argv[1]), int(sys.argv[2]))
