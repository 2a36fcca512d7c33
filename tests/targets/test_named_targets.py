"""The list of named targets, and the interpreters that the machine has for them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from conformance.errors import MalformedTargets, TargetUnavailable
from conformance.targets import interpreters, open_target, registry
from conformance.targets.registry import Recipe, read

RELEASES = ["1.15", *(f"2.{minor}" for minor in range(22)), "2.22.dev20260905", "2.22rc0"]
OLDER_KERAS = [f"3.{minor}" for minor in (0, 2, 3, 4, 6, 7, 9, 10, 11, 12, 13, 14)]
WITH_KERAS_3 = [f"2.{minor}" for minor in range(16, 22)]


def requirements(recipe: Recipe) -> dict[str, Requirement]:
    return {each.name: each for each in map(Requirement, recipe.requirements)}


def tensorflow(recipe: Recipe) -> Version:
    builds = {"tensorflow", "tensorflow-cpu", "tf-nightly-cpu"}
    (build,) = builds & requirements(recipe).keys()
    (pin,) = requirements(recipe)[build].specifier
    assert pin.operator == "=="
    return Version(pin.version)


def test_every_release_has_a_name() -> None:
    plain = [name for name in read() if "-" not in name]
    assert plain == [f"tf{release}" for release in RELEASES]
    variants = [f"tf{release}-keras2" for release in WITH_KERAS_3]
    variants += [f"tf2.16-keras{release}" for release in OLDER_KERAS]
    assert sorted(read()) == sorted(plain + variants)


@pytest.mark.parametrize("name", read())
def test_a_name_says_what_is_installed(name: str) -> None:
    recipe = read()[name]
    release, _, variant = name.removeprefix("tf").partition("-keras")
    wanted, found = Version(release), tensorflow(recipe)
    assert found == wanted if wanted.is_prerelease else found.release[:2] == wanted.release
    packages = requirements(recipe)
    assert ("tf-keras" in packages) == (variant == "2")
    if variant == "2":
        assert packages["tf-keras"].specifier.contains(f"{release}.0")
        assert recipe.alone == (str(packages["tf-keras"]),)
    elif variant:
        assert packages["keras"].specifier.contains(f"{variant}.0")
        assert not packages["keras"].specifier.contains(f"{variant.split('.')[0]}.99")


def test_the_variants_have_the_tensorflow_and_the_keras_of_their_release() -> None:
    for release in WITH_KERAS_3:
        plain, variant = read()[f"tf{release}"], read()[f"tf{release}-keras2"]
        assert (plain.packages, plain.python) == (variant.packages, variant.python)
        assert "keras" in requirements(plain)


MALFORMED = {
    "no TOML": "[[target]\n",
    "another table": "[[target]]\nname = 'a'\npython = '3.9'\npackages = []\n[other]\n",
    "a name twice": "[[target]]\nname = 'a'\npython = '3.9'\npackages = []\n" * 2,
    "no python": "[[target]]\nname = 'a'\npackages = []\n",
    "an unknown key": "[[target]]\nname = 'a'\npython = '3.9'\npackages = []\ncolour = 'red'\n",
    "a name that is a path": "[[target]]\nname = '../a'\npython = '3.9'\npackages = []\n",
    "a number for a text": "[[target]]\nname = 'a'\npython = 3.9\npackages = []\n",
    "a text for a list": "[[target]]\nname = 'a'\npython = '3.9'\npackages = 'six'\n",
    "a text for a table": "target = ['a']\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_list(name: str, tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(MALFORMED[name])
    with pytest.raises(MalformedTargets, match=r"targets\.toml: .*correct the file") as error:
        read(file)
    assert "\n" not in str(error.value)


def test_an_unknown_name() -> None:
    with pytest.raises(TargetUnavailable, match=r"python -m conformance\.targets list"):
        open_target("tf9.9")


# --- interpreters ---------------------------------------------------------------------------------


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Take all interpreters away from the machine."""
    for name in ("PATH", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def make_interpreter(folder: Path, version: str, does: str = f"exec {sys.executable}") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"python{version}"
    file.write_text(f'#!/bin/sh\n{does} "$@"\n')
    file.chmod(0o755)
    return file


def test_no_interpreter_is_found(bare_machine: Path) -> None:
    assert interpreters.find("3.9") is None
    assert interpreters.available(["3.9"]) == frozenset()
    assert registry.available()[0] == []
    assert "tf1.15, tf2.0, tf2.1 (Python 3.7 is not installed)" in registry.available()[1]


def test_the_places_where_interpreters_are_found(bare_machine: Path) -> None:
    managed = bare_machine / "UV_PYTHON_INSTALL_DIR" / "cpython-3.9.2-linux-x86_64-gnu" / "bin"
    assert interpreters.find("3.9") != make_interpreter(managed, "3.10")
    pythons = [
        make_interpreter(managed, "3.9"),
        make_interpreter(bare_machine / "PYENV_ROOT" / "versions" / "3.9.9" / "bin", "3.9"),
        make_interpreter(bare_machine / "PYENV_ROOT" / "versions" / "3.9.18" / "bin", "3.9"),
        make_interpreter(bare_machine / "PATH", "3.9"),
    ]
    for python in reversed(pythons):
        assert interpreters.find("3.9") == python
        python.unlink()


def test_a_shim_that_refuses_is_passed_over(bare_machine: Path) -> None:
    make_interpreter(bare_machine / "PATH", "3.9", "exit 127")
    assert interpreters.find("3.9") is None
    behind = make_interpreter(bare_machine / "PYENV_ROOT" / "versions" / "3.9.18" / "bin", "3.9")
    assert interpreters.find("3.9") == behind
    assert registry.available()[0] == [n for n, r in read().items() if r.python == "3.9"]
