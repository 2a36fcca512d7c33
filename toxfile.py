"""tox's environments for the named targets: `tox -e tf2.15,tf2.21`.

Each environment can be chosen by its name. `tox` alone runs those that the machine has the Python
for, and prints the ones that it leaves out.
"""

from __future__ import annotations

import logging

from tox.config.loader.memory import MemoryLoader
from tox.config.sets import ConfigSet
from tox.config.types import EnvList
from tox.plugin import impl
from tox.session.state import State

from conformance.targets import registry


@impl(optionalhook=True)  # an older tox has no such hook; tox.ini makes it install a newer one
def tox_extend_envs() -> tuple[str, ...]:
    """Return every named target as an environment."""
    return tuple(registry.read())


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Choose all targets that have an interpreter here, where no environment is chosen."""
    if not _has_no_choice(state):
        return
    names, left_out = registry.available()
    for line in left_out:
        logging.warning("left out: %s", line)
    core_conf.loaders.insert(0, MemoryLoader(env_list=EnvList(["selftest", *names])))


def _has_no_choice(state: State) -> bool:
    chosen = getattr(state.conf.options, "env", None)
    return chosen is None or chosen.is_default_list
