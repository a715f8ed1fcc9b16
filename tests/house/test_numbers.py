"""What kind of numbers come in, and how many threads multiply them, changes no answer."""

import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
from aiguille.base import clone

# Fits every estimator on samples that are large enough for BLAS to share out the work.
SCRIPT = """
import pickle, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import conftest
rng = np.random.default_rng(0)
y = rng.integers(0, 3, 150)
X = np.abs(rng.normal(size=(150, 300))) + 2 * (np.arange(300) % 3 == y[:, None])
said = {}
for number, example in enumerate(conftest.MODULE.ESTIMATORS):
    columns = 30 if "Lasso" in type(example).__name__ else 300  # slow with many
    model = conftest.fit_quietly(example, X[:, :columns], y)
    told = conftest.everything_told(model, X[:, :columns], y)
    said |= {f"{number} {example} {name}": value for name, value in told.items()}
pickle.dump(said, sys.stdout.buffer)
"""
HERE = Path(__file__).parent


def said_with(threads):
    count = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, HERE],
        env={**os.environ, **dict.fromkeys(count, str(threads))},
        stdout=subprocess.PIPE,
        check=True,
    )
    return pickle.loads(done.stdout)


def parts(value):
    """An answer as plain arrays: some are tuples of them, or arrays of lists."""
    if isinstance(value, tuple):
        return [part for each in value for part in parts(each)]
    ragged = isinstance(value, np.ndarray) and value.dtype == object
    return list(value) if ragged and value.ndim == 1 else [value]


def assert_close(one, two, rtol):
    assert one.keys() == two.keys()
    for name, value in one.items():
        for a, b in zip(parts(value), parts(two[name]), strict=True):
            if np.asarray(a).dtype.kind in "OUS":
                np.testing.assert_array_equal(a, b, err_msg=name)
            else:
                scale = np.max(np.abs(b), initial=1e-300)
                np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * scale, err_msg=name)


def test_two_threads_give_what_one_gives_up_to_rounding():
    # One after the other: threads that wait for each other's processors wait for long.
    assert_close(said_with(1), said_with(2), rtol=1e-7)


def test_whole_numbers_are_numbers_whatever_their_size(example, task, fitted, what_it_says):
    X, y = task
    for dtype in (np.int8, np.uint8, np.int16, bool):
        # As large as it gets: the square of any of them is no number of this kind.
        whole = (X > 4 if dtype is bool else X * (np.iinfo(dtype).max // X.max())).astype(dtype)
        expected = what_it_says(
            fitted(example, whole.astype(np.float64), y), whole.astype(float), y
        )
        assert_close(what_it_says(fitted(example, whole, y), whole, y), expected, rtol=1e-12)


def test_float32_is_enough_for_the_answers(model, task, fitted, what_it_says):
    X, y = task
    narrow = X.astype(np.float32)
    wide = narrow.astype(np.float64)
    expected = what_it_says(fitted(model, wide, y), wide, y)
    assert_close(what_it_says(fitted(model, narrow, y), narrow, y), expected, rtol=1e-4)


def test_a_transformer_gives_the_float_that_it_was_given(transformer, task, fitted):
    X, y = task
    for dtype, given in ((np.float32, np.float32), (np.float64, np.float64), (int, np.float64)):
        samples = X.astype(dtype)
        found = fitted(transformer, samples, y)
        if type(transformer).__name__ == "FunctionTransformer":
            given = dtype  # it has no function, and gives what it gets
        assert found.transform(samples).dtype == given
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # it need not converge
            assert clone(transformer).fit_transform(samples, y).dtype == given


def test_sums_of_float32_are_kept_in_float64(model, fitted):
    """Far from zero, squares of float32 leave nothing of what differs between samples."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 20)
    X = (1000 + rng.normal(size=(40, 3)) + 5 * y[:, None]).astype(np.float32)
    one, two = fitted(model, X, y), fitted(model, X.astype(np.float64), y)
    for name in ("predict", "labels_"):
        if hasattr(one, name):
            answers = [getattr(each, name) for each in (one, two)]
            if name == "predict":
                answers = [answer(X) for answer in answers]
            np.testing.assert_allclose(*answers, rtol=1e-4)
