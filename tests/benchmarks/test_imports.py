"""How long an import takes, in a fresh process, beyond numpy's own, which all need."""

import subprocess
import sys
from functools import partial

import pytest

PROGRAM = """
from time import perf_counter

import numpy

start = perf_counter()
{statement}
print(perf_counter() - start)
"""
IMPORTS = {
    "`import aiguille`, with numpy there": "import aiguille",
    "`from aiguille.neighbors import KNeighborsClassifier`, with numpy there": (
        "from aiguille.neighbors import KNeighborsClassifier"
    ),
}


def took(statement):
    """Seconds of an import statement in a process that has numpy already."""
    command = [sys.executable, "-c", PROGRAM.format(statement=statement)]
    return float(subprocess.check_output(command, text=True))


def both_import(ours, theirs):
    """Tell no more than that neither failed: an import has no result to compare."""
    assert ours > 0
    assert theirs > 0


@pytest.mark.parametrize("title", IMPORTS)
def test_an_import_beyond_numpy_s(against, title):
    against(
        partial(took, IMPORTS[title]),
        partial(took, "import sklearn.neighbors"),
        title=title,
        peer="scikit-learn",
        target=8,
        rounds=7,
        same=both_import,
        tells_seconds=True,
    )
