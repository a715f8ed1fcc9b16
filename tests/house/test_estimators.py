"""Every estimator keeps the promises of all: told in full, checked, pickled, harmless to its input.

The estimators are found among what the modules export, so that a new one is held to this from
its first day. The examples are those of `tests/aiguille/test_conventions.py`: an estimator that
is not among them is missed by name.
"""

import importlib
import inspect
import pickle
import pkgutil
import re

import aiguille
import numpy as np
import pytest
from aiguille.base import Estimator

# What holds no estimator to be used, but what estimators are made of.
BASES = {"aiguille.base", "aiguille.transformers"}


def public_estimators():
    """The classes that can be fitted, of all that a module or package of aiguille exports."""
    kinds = set()
    for found in pkgutil.iter_modules(aiguille.__path__, "aiguille."):
        module = importlib.import_module(found.name)
        exported = [getattr(module, name) for name in getattr(module, "__all__", ())]
        kinds |= {kind for kind in exported if is_estimator(kind)}
    return sorted(kinds, key=lambda kind: kind.__name__)


def is_estimator(kind):
    """Whether it is a class of estimators to be used, not one that others are derived from."""
    if not (inspect.isclass(kind) and issubclass(kind, Estimator)) or inspect.isabstract(kind):
        return False
    return hasattr(kind, "fit") and kind.__module__ not in BASES


KINDS = public_estimators()
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def sections(docstring):
    """The sections of a numpydoc docstring, by title."""
    pieces = re.split(r"^(\w[\w ]*)\n-{3,}\n", inspect.cleandoc(docstring), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def entries(section):
    """The names that a section of parameters or attributes tells of."""
    heads = re.findall(r"^([\w*]+(?:, *[\w*]+)*)(?: *:.*)?$", section, flags=re.MULTILINE)
    return [name.strip() for head in heads for name in head.split(",")]


def assert_same(one, two):
    assert one.keys() == two.keys()
    for name, value in one.items():
        for a, b in zip(*map(as_parts, (value, two[name])), strict=True):
            np.testing.assert_array_equal(a, b, err_msg=name)


def as_parts(value):
    """An answer as a list of plain arrays: several come as a tuple, or as an array of arrays."""
    if isinstance(value, tuple):
        return [part for each in value for part in as_parts(each)]
    ragged = isinstance(value, np.ndarray) and value.dtype == object
    return list(value) if ragged and value.ndim == 1 else [value]


def test_there_are_estimators_to_look_at():
    assert {"KNeighborsClassifier", "StandardScaler"} <= {kind.__name__ for kind in KINDS}
    assert not {"Estimator", "Classifier", "Transformer"} & {kind.__name__ for kind in KINDS}


@every_kind
def test_a_docstring_tells_all_parameters_attributes_and_an_example(kind):
    assert "__doc__" in vars(kind), f"{kind.__name__} has no docstring"
    told = sections(kind.__doc__ or "")
    missing = {"Attributes", "Examples"} - told.keys()
    assert not missing, f"the docstring of {kind.__name__} has no {sorted(missing)}"
    assert ">>> " in told["Examples"], f"the example of {kind.__name__} does not run"
    parameters = list(inspect.signature(kind).parameters)
    untold = set(parameters) - set(entries(told.get("Parameters", "")))
    assert not untold, f"the docstring of {kind.__name__} does not tell of {sorted(untold)}"
    unknown = set(entries(told.get("Parameters", ""))) - set(parameters)
    assert not unknown, f"the docstring of {kind.__name__} tells of {sorted(unknown)}: no parameter"


@every_kind
def test_scikit_learn_checks_every_estimator(kind, checked):
    kinds = {type(example) for example in checked.ESTIMATORS}
    assert kind in kinds, f"put {kind.__name__} into ESTIMATORS of {checked.__file__}"


def test_a_fitted_estimator_says_the_same_after_a_journey(example, task, fitted, what_it_says):
    model = fitted(example, *task)
    assert_same(what_it_says(model, *task), what_it_says(pickle.loads(pickle.dumps(model)), *task))


def test_an_estimator_leaves_its_input_alone(example, task, fitted, what_it_says):
    X, y = (given.copy() for given in task)
    what_it_says(fitted(example, X, y), X, y)
    for given, before in zip((X, y), task, strict=True):
        np.testing.assert_array_equal(given, before, err_msg=type(example).__name__)


def test_what_is_learned_does_not_depend_on_the_layout(example, task, fitted, what_it_says):
    X, y = task
    other = np.asfortranarray(X)
    assert_same(
        what_it_says(fitted(example, X, y), X, y),
        what_it_says(fitted(example, other, y), other, y),
    )
