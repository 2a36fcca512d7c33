"""tox's environments for the named targets: `tox -e tf2.15,tf2.21`.

Any of them can be asked for by its name. `tox` alone runs those whose Python the machine has, and
says which it leaves out.
"""

from __future__ import annotations

import logging

from tox.config.loader.memory import MemoryLoader
from tox.config.sets import ConfigSet
from tox.config.types import EnvList
from tox.plugin import impl
from tox.session.state import State

from conformance.targets import registry


@impl(optionalhook=True)  # an older tox has no such hook, and gets the one of tox.ini by itself
def tox_extend_envs() -> tuple[str, ...]:
    """Every named target is an environment."""
    return tuple(registry.read())


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Where no environment is asked for, all that the machine has the interpreters for."""
    if not _of_no_choice(state):
        return
    names, left_out = registry.available()
    for told in left_out:
        logging.warning("left out: %s", told)
    core_conf.loaders.insert(0, MemoryLoader(env_list=EnvList(["selftest", *names])))


def _of_no_choice(state: State) -> bool:
    chosen = getattr(state.conf.options, "env", None)
    return chosen is None or chosen.is_default_list
