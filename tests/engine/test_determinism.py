"""The drawn cases do not depend on the modules that are loaded."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from conformance.engine import determinism
from conformance.errors import DrawingNotControlled

RARE = 123_457  # no one would draw it by chance


def draw_numbers() -> list[int]:
    """Draw a thousand numbers from one seed."""
    numbers = []

    @seed(1)
    @settings(max_examples=1000, phases=[Phase.generate], database=None)
    @given(st.integers(0, 10**6))
    def draw(number: int) -> None:
        numbers.append(number)

    draw()
    return numbers


@pytest.fixture
def another_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load a module with many numbers from a folder of the user."""
    file = tmp_path / "a_users_own.py"
    file.write_text(f"NUMBERS = {[RARE, *range(200_000, 200_400)]}\n")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, file.stem, module)
    spec.loader.exec_module(module)


def test_another_module_does_not_change_the_drawn_numbers(request: pytest.FixtureRequest) -> None:
    with determinism.draw_by_seed_alone():
        before = draw_numbers()
        request.getfixturevalue("another_module")
        assert draw_numbers() == before
    # without the guard, constants are drawn
    assert set(draw_numbers()) & {
        RARE,
        *range(200_000, 200_400),
    }
    with determinism.draw_by_seed_alone():
        assert draw_numbers() == before


@pytest.mark.parametrize(
    ("owner", "name"),
    [("HypothesisProvider", "_maybe_draw_constant"), ("SpanRecord", "record_value_for_span")],
)
def test_a_hypothesis_without_a_private_function_is_refused(
    monkeypatch: pytest.MonkeyPatch, owner: str, name: str
) -> None:
    if not hasattr(getattr(determinism, owner), name):
        pytest.skip("this Hypothesis does not shrink by values")
    monkeypatch.delattr(getattr(determinism, owner), name)
    with (
        pytest.raises(DrawingNotControlled, match=r"hypothesis = 6\..*must be"),
        determinism.draw_by_seed_alone(),
    ):
        raise AssertionError("nothing may be drawn here")
