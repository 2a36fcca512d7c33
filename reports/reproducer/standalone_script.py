"""A standalone script that shows one deviation of a run: TensorFlow and NumPy are all it needs.

It says what is expected and what is seen, and exits 1 where the deviation is present, 0 where it is
not, 2 where that cannot be told. It is made from the verdict's case and observation alone. Texts of
the run file only reach it as comments, or by `repr`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.cases import case_calls, case_json
from conformance.cases.case import Case
from conformance.cases.malformations import state_malformations
from conformance.cases.program import EAGER
from conformance.cases.state_forms import Path
from conformance.errors import UnreadableCase
from conformance.results.verdict import Error, Verdict
from reports.reproducer import (
    failing_statements,
    introspection,
    one_call,
    two_ways,
    two_ways_of_a_call,
    two_ways_of_a_layer,
)
from reports.reproducer.code import array_code, build_code, trace_code  # fmt: skip
from reports.reproducer.code.source import Code, Group, assigned, laid_out, literal, text
from reports.reproducer.code.trace_code import FUNCTION, GRAPH
from reports.reproducer.failing_statements import Attempt
from reports.reproducer.introspection import Telling
from reports.reproducer.one_call import Scenario
from reports.reproducer.two_ways import Pair

_WIDTH = 104


class NoScript(Exception):
    """No script can be made; the message is one line that says why."""


def script_of(verdict: Verdict, versions: dict[str, str]) -> str:
    """The script of one deviation; NoScript where there is none yet."""
    try:
        case = case_json.from_plain(verdict.case)
        _must_be_small(case)
        return "\n".join(_lines(verdict, case, versions)) + "\n"
    except (build_code.NotCovered, array_code.NotWritten, one_call.NoScenario) as refusal:
        raise NoScript(f"no script is written yet for {refusal}") from None
    except UnreadableCase as error:
        raise NoScript(f"the case cannot be read: {error}") from None
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError, MemoryError):
        raise NoScript("the case is none that the suite could have judged") from None


_LARGEST = 1000


def _must_be_small(case: Case) -> None:
    """Refuse sizes that no run of the suite has, before arrays of them are made."""
    widths = [width for cell in case.program.cells for width in (*cell.state_widths, cell.units)]
    sizes = (
        case.data.batch,
        case.data.steps,
        case.program.features,
        len(case.program.cells),
        *widths,
    )
    if max(sizes) > _LARGEST:
        raise NoScript(f"the case has a size above {_LARGEST}, which the suite never draws")


def _lines(verdict: Verdict, case: Case, versions: dict[str, str]) -> Iterator[str]:
    after = _deviation_code(verdict, case)
    yield from _docstring(verdict, case, versions)
    yield ""
    yield from after


def _deviation_code(verdict: Verdict, case: Case) -> Iterator[str]:
    """What shows a deviation: what is told, what fails, two ways of the same, or one call."""
    telling = introspection.introspection_of(verdict, case)
    if telling:
        return _told_by_itself(case, telling)
    attempt = failing_statements.failing_statement(verdict, case)
    if attempt:
        return _attempted(case, attempt)
    pairing = _PAIRINGS.get(verdict.clause)
    if pairing is None:
        return _called(verdict, case)
    if verdict.mode is None and case.program.mode in (FUNCTION, GRAPH):  # all modes show it
        case = case.replace(mode=EAGER)
    return _side_by_side(case, pairing(case))


_PAIRINGS = {**two_ways_of_a_call.BY_CLAUSE, **two_ways_of_a_layer.BY_CLAUSE}


def _attempted(case: Case, attempt: Attempt) -> Iterator[str]:
    mode = GRAPH if attempt.in_graph else EAGER  # a function is among the statements
    case = case.replace(mode=mode)
    tried = [line for code in attempt.judged for line in _result(case, code)]
    yield from _prepared(case, attempt.statements, tried)
    yield f"print({literal(f'expected: {attempt.words}')})"
    yield from _tried(tried)
    yield 'print("seen: no error")'


def _side_by_side(case: Case, pair: Pair) -> Iterator[str]:
    weights = [two_ways.weights(pair.weighed)] if pair.weighed else []
    yield from _prepared(case, [*pair.statements, *weights], two_ways.APART)
    yield f"print({literal(f'expected: {pair.words}')})"
    yield from _tried([line for code in pair.judged for line in laid_out(code, 1)])
    yield from two_ways.APART
    yield 'print("seen: apart by", told)'
    yield f"sys.exit(0 if {two_ways.nearness(case.program.dtype)} else 1)"


def _tried(lines: Sequence[str]) -> Iterator[str]:
    """Lines, one level in, of which an error is the deviation."""
    yield "try:"
    yield from lines
    yield "except Exception as error:"
    yield '    print(f"seen: {type(error).__name__}: {error}")'
    yield "    sys.exit(1)"


def _told_by_itself(case: Case, telling: Telling) -> Iterator[str]:
    yield from _prepared(case, [*telling.statements, f"told = {telling.expression}"], ())
    yield f"print({literal(f'expected: {telling.words}')})"
    yield 'print("seen:", told)'
    yield f"sys.exit(0 if {telling.holds} else 1)"


def _called(verdict: Verdict, case: Case) -> Iterator[str]:
    scenario = one_call.scenario_of(verdict, case)
    if case.program.mode not in (EAGER, FUNCTION, GRAPH):
        raise build_code.NotCovered(f"the mode {case.program.mode!r}")
    call = build_code.as_taken(case, scenario.call(case))
    built = build_code.built(case)
    names = [name for name, _ in call.arguments]
    whole = built.call("state" if call.state is not None else None, names)
    code: Code = whole
    first = scenario.first(case) if scenario.first else None
    if case.program.mode == GRAPH and (first or scenario.refused_first):
        raise build_code.NotCovered("several calls of a graph")
    is_placed = case.program.mode == GRAPH and _is_kept(case, scenario)
    variables = trace_code.placed(call) if is_placed else array_code.variables(first or call)
    given = [*built.statements, *variables]
    if case.program.mode == FUNCTION and not scenario.refused_first:
        lines, code = trace_code.function(case, _is_kept(case, scenario), call, whole)
        given += lines
    if first:
        given += [code, assigned("inputs", array_code.array(call.inputs))]
    if scenario.refused_first:
        given.append(assigned("malformed", array_code.state(case_calls.given_state(case))))
        judged = _refused_first(case, built, whole)
    else:
        judged = ["try:", *_result(case, assigned("result", code))]
    ended = list(_ended(scenario))
    yield from _prepared(case, given, [*judged, *ended])
    if case.data.malformation:
        kind = state_malformations.MALFORMATIONS[case.data.malformation.name]
        yield f"print({literal(f'given as {kind.argument}: {kind.about}')})"
    after_it = " after it" if scenario.refused_first else ""
    yield f"print({literal(f'expected: {scenario.expected.words}{after_it}')})"
    yield from judged
    yield from ended


def _docstring(verdict: Verdict, case: Case, versions: dict[str, str]) -> Iterator[str]:
    about = f"{verdict.clause} on {verdict.path}, {case.program.cell_name}, {case.program.mode}"
    found = Error.of(verdict.observation or {})
    seen = found.name if found else "accepted"
    told = f"Seen with {_release_words(versions, Path.parse(case.program.path))}: {seen}."
    clause = textwrap.wrap(text(verdict.statement), _WIDTH)
    yield f'"""{text(about)}.'
    yield from ("", *clause, f'{text(told)}"""')


def _release_words(versions: dict[str, str], path: Path) -> str:
    keras = "keras3" if path.generation == "keras3" else "keras2"
    named = (("tensorflow", "TensorFlow"), (keras, "Keras"))
    return ", ".join(f"{name} {versions[key]}" for key, name in named if key in versions)


# --- parts ----------------------------------------------------------------------------------------


def _prepared(case: Case, statements: Sequence[Code], after: Sequence[str]) -> Iterator[str]:
    """All before what comes `after`, the call; if any of it fails, nothing can be told."""
    level = 2 if case.program.mode == GRAPH else 1
    lines = [line for code in statements for line in laid_out(code, level)]
    library = _LIBRARIES[Path.parse(case.program.path).generation]
    drawn = any("random." in line for line in (*lines, *after))
    # v1 functions look for tf.keras, whatever cell they are given
    legacy = library is not _LIBRARIES["keras3"] or any(
        name in line for name in _LEGACY for line in (*lines, *after)
    )
    yield from ("import os", "import sys")
    yield from (("from importlib.util import find_spec",) if legacy else ())
    # tf.keras and v1 cells are of Keras 2
    which = ', TF_USE_LEGACY_KERAS="1" if find_spec("tf_keras") else "0"' if legacy else ""
    yield from ("", f'os.environ.update(TF_CPP_MIN_LOG_LEVEL="3"{which})')
    yield "try:"
    yield from library.imports
    if drawn or any("np." in line for line in (*lines, *after)):
        yield "    import numpy as np"
    yield "    import tensorflow as tf"
    yield from library.statements[case.program.mode == GRAPH and library is _LIBRARIES["v1"] :]
    yield from ("    random = np.random.RandomState(0)",) if drawn else ()
    if case.program.mode == GRAPH:
        yield "    with tf.Graph().as_default() as graph:"
    yield from lines
    yield from _CANNOT_TELL


_LEGACY = ("tf.compat.v1.nn.", "tf.keras.")
_CANNOT_TELL = (
    "except Exception as error:",
    '    print(f"cannot tell: {type(error).__name__}: {error}")',
    "    sys.exit(2)",
)


@dataclass(frozen=True)
class _Library:
    """What a script needs of a generation: imports, and statements after all imports."""

    statements: tuple[str, ...]
    imports: tuple[str, ...] = ()


_EAGER = "    tf.compat.v1.enable_eager_execution()  # which TensorFlow 2 does by itself"
_LIBRARIES = {
    "v1": _Library((_EAGER, "    cells = tf.compat.v1.nn.rnn_cell")),
    "keras2": _Library(
        (
            _EAGER,
            '    assert getattr(tf.keras, "__version__", "2")[0] < "3", "install tf-keras"',
            "    layers = tf.keras.layers",
        )
    ),
    "keras3": _Library(
        (
            '    assert keras.__version__[0] == "3", "Keras 3 is not installed"',
            "    layers = keras.layers",
        ),
        ("    import keras",),
    ),
}


def _refused_first(case: Case, built: build_code.Built, whole: Group) -> list[str]:
    """A call that is to be refused, and then those that are judged."""
    refused, first, judged = (
        _traced(case, each) for each in (built.call("malformed"), built.call(None), whole)
    )
    return [
        "try:",
        *laid_out(refused, 1),
        "except Exception as error:",
        '    print(f"the malformed state: {type(error).__name__}")',
        "try:",
        *laid_out(first, 1),
        *_result(case, assigned("result", judged)),
    ]


def _traced(case: Case, call: Group) -> Group:
    """A call that is not kept, traced for what it is given where the case's mode says so."""
    if case.program.mode != FUNCTION:
        return call
    return Group(f"tf.function(lambda: {call.opening}", call.parts, f"{call.closing})()")


def _result(case: Case, statement: Code) -> list[str]:
    """A statement to be tried, one level in; in a graph it makes the `result` that is run."""
    return trace_code.in_graph(statement) if case.program.mode == GRAPH else laid_out(statement, 1)


def _ended(scenario: Scenario) -> Iterator[str]:
    """What to exit with behind what is tried."""
    yield "except Exception as error:"
    yield '    print(f"seen: {type(error).__name__}: {error}")'
    yield f"    sys.exit({scenario.expected.code_of_an_error})"
    yield 'print("seen: accepted; shapes", [tuple(leaf.shape) for leaf in tf.nest.flatten(result)])'
    if scenario.expected.code_of_none:
        yield f"sys.exit({scenario.expected.code_of_none})"


def _is_kept(case: Case, scenario: Scenario) -> bool:
    return case.program.unknown_rows or case_calls.program(case, scenario.isolated).kept
