"""The page on joblib's Parallel names everything, and says of each name what is true."""

import inspect
import re
from pathlib import Path

import faineant
import joblib.parallel as theirs
import numpy as np
import pytest

PAGE = Path(__file__).parents[2] / "course" / "reference" / "from-joblib-parallel.md"
ROW = re.compile(r"^\| (`.*?`) \| (\w+) \|", re.MULTILINE)
NAME = re.compile(r"`(\w+)(?:\((\w+)=\))?`")
CLASSES = ("Parallel", "parallel_config")
WITH_PARAMETERS = (
    "cpu_count",
    "delayed",
    "effective_n_jobs",
    "get_active_backend",
    "parallel_backend",
    "register_parallel_backend",
)
CONSTANT = re.compile(r"[A-Z][A-Z_]+")
BESIDE = {"TimeoutError", "default_parallel_config"}  # the first comes from multiprocessing


def verdicts():
    """Read the page: the module's names first, then each class's under its heading."""
    text = PAGE.read_text(encoding="utf-8").partition("## Every name")[2]
    first, *sections = re.split(r"^### (\w+)$", text, flags=re.MULTILINE)
    for owner, rows in [("", first), *zip(sections[::2], sections[1::2], strict=True)]:
        for names, verdict in ROW.findall(rows):
            for name, parameter in NAME.findall(names):
                yield (owner or name if parameter else owner, parameter or name), verdict


VERDICTS = dict(verdicts())


def parameters(function):
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {
        name
        for name, each in inspect.signature(function).parameters.items()
        if each.kind not in kinds
    }


def public(thing):
    return {name for name in vars(thing) if not name.startswith("_")}


def names_of_joblib():
    for name in dir(theirs):
        own = getattr(getattr(theirs, name), "__module__", "").startswith("joblib")
        if not name.startswith("_") and (own or CONSTANT.fullmatch(name) or name in BESIDE):
            yield "", name
    for name in WITH_PARAMETERS:
        for parameter in parameters(getattr(theirs, name)):
            yield name, parameter
    for name in CLASSES:
        kind = getattr(theirs, name)
        for each in parameters(kind) | public(kind):
            yield name, each
    for name in public(theirs.Parallel()):
        yield "Parallel", name


def test_every_name_of_joblib_s_parallel_stands_on_the_page():
    wanted = set(names_of_joblib())
    assert sorted(wanted - set(VERDICTS)) == []
    assert sorted(set(VERDICTS) - wanted) == [], "on the page, and not in joblib"


@pytest.mark.parametrize("name", VERDICTS, ids=".".join)
def test_what_the_page_says_of_a_name_of_parallel_is_so(name):
    owner, attribute = name
    assert VERDICTS[name] in ("same", "better", "different", "absent")
    if not owner:
        found = hasattr(faineant, attribute)
    else:
        kind = getattr(faineant, owner, None)
        found = kind and (attribute in parameters(kind) or hasattr(kind, attribute))
    assert bool(found) == (VERDICTS[name] != "absent")


def test_joblib_gives_old_results_of_an_array_that_has_changed_between_two_loops():
    array, sums = np.empty(1_000_000), []
    with theirs.Parallel(n_jobs=2, backend="multiprocessing") as parallel:
        for value in (1, 2):
            array[:] = value
            sums += parallel([theirs.delayed(np.sum)(array)])
    assert sums == [1_000_000, 1_000_000]
