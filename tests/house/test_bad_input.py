"""Samples that are odd, or no samples: each estimator says what is wrong, or gives finite numbers.

numpy's warnings are errors here: none may leak out of an estimator.
"""

import inspect
import warnings

import numpy as np
import pytest
from aiguille.base import clone

LOOK_AT_NOTHING = ("DummyClassifier", "FunctionTransformer")  # nor do scikit-learn's
# What an error of ours never sounds like.
LEAKED = ("broadcast", "out of bounds", "zero-size", "could not be", "not converge", "matmul")
ASKED = (
    "predict",
    "predict_proba",
    "decision_function",
    "transform",
    "kneighbors",
)


def y_for(n_samples):
    return np.arange(n_samples) % 2


def plain_samples(n_samples=12, n_features=4):
    rng = np.random.default_rng(0)
    return np.abs(rng.normal(size=(n_samples, n_features))) + 2 * y_for(n_samples)[:, None]


def with_value(value):
    X = plain_samples()
    X[3, 1] = value
    return X


ODD = {
    "one sample": plain_samples(1),
    "two samples": plain_samples(2),
    "one feature": plain_samples(12, 1),
    "one sample of one feature": plain_samples(1, 1),
    "a constant column": plain_samples() * [1, 0, 1, 1] + [0, 3, 0, 0],
    "only constant columns": np.full((12, 4), 0.1),
    "only zeros": np.zeros((12, 4)),
    "two distinct rows": np.repeat(plain_samples(2), 6, axis=0),
    "each row twice": np.repeat(plain_samples(6), 2, axis=0),
    "more columns than rows": plain_samples(6, 40),
    "the same column twice": plain_samples()[:, [0, 0, 1, 1]],
    "one huge number": with_value(1e200),
    "huge numbers": plain_samples() * 1e200,
    "numbers that add up to infinity": np.full((12, 4), 1.5e308),
    "tiny numbers": plain_samples() * 1e-200,
    "numbers below all": plain_samples() * 1e-310,
    "far from zero": plain_samples() + 1e12,
}

TINY = ("tiny numbers", "numbers below all")
NOT_YET = {"GraphicalLasso": TINY}


def finite(told):
    if isinstance(told, tuple | list):
        return all(map(finite, told))
    array = np.asarray(told)
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def outcome(example, X, y):
    """Fit and ask; give what is wrong with the answers or with the errors, if anything is."""
    model = clone(example)
    seeds = [name for name in model.get_params() if name.rpartition("__")[2] == "random_state"]
    model.set_params(**dict.fromkeys(seeds, 0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ours, which say what to do
        warnings.simplefilter("error", RuntimeWarning)
        try:
            model.fit(X, y)
            for name in ASKED:
                if hasattr(model, name) and not finite(getattr(model, name)(X)):
                    return f"{name} is not finite"
        except (ValueError, TypeError) as error:
            return wrong_with(error)
    return None


def wrong_with(error):
    """Whether an error is one of those that tell what is possible, or one that leaked out."""
    text = str(error)
    if isinstance(error, np.linalg.LinAlgError):
        return f"numpy's own error: {text}"
    if len(text) < 30 or any(words in text for words in LEAKED):
        return f"an error that does not tell what to do: {text}"
    return None


@pytest.mark.parametrize("odd", ODD)
def test_odd_samples_are_refused_with_a_reason_or_give_finite_answers(model, odd, request):
    X = ODD[odd]
    if odd in NOT_YET.get(type(model).__name__, ()):
        request.applymarker(pytest.mark.xfail(strict=False, reason="squares are zero"))
    assert outcome(model, X, y_for(len(X))) is None


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_told_with_its_place(model, value):
    X, y = with_value(value), y_for(12)
    if type(model).__name__ in LOOK_AT_NOTHING:
        model.fit(X, y)  # they do not look at samples, as scikit-learn's do not
        return
    told = r"(NaN|infinity).*row 3, column 1"
    with pytest.raises(ValueError, match=told):
        model.fit(X, y)
    model = clone(model).fit(plain_samples(), y)
    for name in ASKED:
        if hasattr(model, name):
            with pytest.raises(ValueError, match=told):
                getattr(model, name)(X)


def test_more_groups_than_distinct_rows_are_a_warning_or_an_error_that_says_so(model):
    if "n_clusters" not in inspect.signature(type(model)).parameters:
        return
    X = np.repeat(plain_samples(3), 4, axis=0)
    if type(model).__name__ in ("FeatureAgglomeration", "ReNA"):
        X = X.T  # they put columns into groups
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        warnings.simplefilter("error", RuntimeWarning)
        labels = clone(model).set_params(n_clusters=5).fit(X).labels_
    assert len(np.unique(labels)) <= 5
    with pytest.raises(ValueError, match="n_clusters=50"):
        clone(model).set_params(n_clusters=50).fit(X)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (3,), (3, 3, 3)], ids=str)
def test_what_is_no_table_of_samples_is_refused(model, shape):
    if type(model).__name__ in LOOK_AT_NOTHING:
        return
    odd, told = np.zeros(shape), r"0 sample|0 feature|2D array|n_samples=0"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with pytest.raises(ValueError, match=told):
            model.fit(odd, y_for(len(odd)))


def test_targets_of_another_length_are_refused(model):
    if model.__sklearn_tags__().target_tags.required:
        with pytest.raises(ValueError, match="inconsistent numbers of samples: X has 12, y has 11"):
            model.fit(plain_samples(), y_for(11))
