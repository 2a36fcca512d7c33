"""Of clauses about what a cell or layer tells of itself, the code that shows it, without a call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.case import Case
from reports import building
from reports.code import Code, literal
from reports.scenarios import NoScenario
from reports.verdicts import Verdict


@dataclass(frozen=True)
class Telling:
    """What makes the cell or layer, the expression of what it tells, and what that must be.

    `holds` is an expression of the variable `told`.
    """

    statements: Sequence[Code]
    expression: str
    words: str
    holds: str


def of(verdict: Verdict, case: Case) -> Telling | None:
    """What shows whether a clause holds for a case; None where that takes a call."""
    if verdict.clause == "DC-12":
        return _state_size(case)
    return _config(verdict.sentence or "", case) if verdict.clause == "PS-01" else None


# --- state_size -----------------------------------------------------------------------------------


def _state_size(case: Case) -> Telling:
    words, holds = _AN_INTEGER
    if case.stacked:
        words, holds = _PAIRS
    elif case.cell_name != "SimpleRNN":
        words, holds = _A_PAIR
    return Telling(building.built(case).statements, "layer.cell.state_size", words, holds)


_AN_INTEGER = ("an integer", "isinstance(told, int)")
_A_PAIR = ("a tuple of two integers", "isinstance(told, tuple) and len(told) == 2")
_PAIRS = (
    "a tuple of tuples of two integers",
    "isinstance(told, tuple) and all(isinstance(size, tuple) for size in told)",
)


# --- configs --------------------------------------------------------------------------------------


def _config(sentence: str, case: Case) -> Telling:
    """Of the options that the config does not tell, the first with a plain value."""
    absent = re.search(r"\b(\w+) = absent, but must be (true|false|\d+)\b", sentence, re.I)
    kind = case.cells[0].kind
    api = case.path.partition("/")[0]
    if api == "Bidirectional" and "not JSON serializable" in sentence:
        made = f"layers.{kind}(2), backward_layer=layers.{kind}(2, go_backwards=True)"
        of_given = 'type(layer.get_config()["backward_layer"]).__name__'
        layer = f"layer = layers.Bidirectional({made})"
        return Telling([layer], of_given, "dict, as JSON can hold it", 'told == "dict"')
    if absent is None or api not in _OF_A_LAYER:
        raise NoScenario("a config that differs so")
    name, value = absent[1], absent[2].capitalize()
    layer, config = _OF_A_LAYER[api]
    return Telling(
        [f"layer = {layer.format(f'layers.{kind}(2, {name}={value})')}"],
        f'{config}.get({literal(name)}, "nothing")',
        f"{name} = {value} in the config",
        f"told == {value}",
    )


# how a layer of a kind is wrapped, and where its config is then
_OF_A_LAYER = {
    "layer": ("{}", "layer.get_config()"),
    "Bidirectional": ("layers.Bidirectional({})", 'layer.get_config()["layer"]["config"]'),
}
