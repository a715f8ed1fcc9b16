"""What the tests of all estimators share: one example of each, fitted, and what it says.

A test that takes ``example`` runs for every estimator of `tests/aiguille/test_conventions.py`;
one that takes ``model`` for all that learn from samples, and gets a seeded copy; and one that
takes ``transformer`` for those among them that make samples of samples.
"""

import importlib.util
import inspect
import warnings
from pathlib import Path

import numpy as np
import pytest
from aiguille.base import clone

CONVENTIONS = Path(__file__).parents[1] / "aiguille" / "test_conventions.py"
ASKED = [
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "score_samples",
    "transform",
    "kneighbors",
    "radius_neighbors",
]


def conventions():
    """The module of scikit-learn's checks."""
    spec = importlib.util.spec_from_file_location("conventions_of_the_house", CONVENTIONS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MODULE = conventions()


def pytest_generate_tests(metafunc):
    chosen = MODULE.ESTIMATORS
    if "model" in metafunc.fixturenames:
        chosen = [each for each in chosen if not takes_labels_alone(each)]
    if "transformer" in metafunc.fixturenames:
        chosen = [
            each for each in chosen if hasattr(each, "set_output") and hasattr(each, "transform")
        ]
    if "example" in metafunc.fixturenames:
        metafunc.parametrize("example", chosen, ids=repr)


@pytest.fixture
def model(example):
    return seeded_copy(example)


@pytest.fixture
def transformer(model):
    return model


@pytest.fixture
def checked():
    """The module that tells which estimators are checked, and what they fail on purpose."""
    return MODULE


@pytest.fixture
def task():
    """Three groups of samples without a negative number, and to which each belongs."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 20)
    X = np.abs(rng.normal(size=(60, 4))) + 3 * y[:, None]
    order = rng.permutation(60)
    return X[order], y[order]


def seeded_copy(example):
    """An unfitted copy of an estimator, seeded where it can be."""
    model = clone(example)
    seeds = [name for name in model.get_params() if name.rpartition("__")[2] == "random_state"]
    return model.set_params(**dict.fromkeys(seeds, 0))


def takes_labels_alone(model):
    return next(iter(inspect.signature(model.fit).parameters)) == "y"


def fit_quietly(example, X, y):
    """Fit a copy of an estimator with what its ``fit`` takes."""
    model = seeded_copy(example)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(y) if takes_labels_alone(model) else model.fit(X, y)


def everything_told(model, X, y):
    """All that a fitted estimator learned and tells of samples, by name; not how long it took."""
    plain = np.ndarray | np.number | float | int
    learned = {name: value for name, value in vars(model).items() if name.endswith("_")}
    said = {
        name: value
        for name, value in learned.items()
        if isinstance(value, plain) and "_time" not in name
    }
    given = y if takes_labels_alone(model) else X
    for name in ASKED:
        if callable(getattr(model, name, None)):
            said[name] = getattr(model, name)(given)
    return said


@pytest.fixture
def fitted():
    return fit_quietly


@pytest.fixture
def what_it_says():
    return everything_told
