"""Weighted sums of features: probabilities and penalties, against scikit-learn."""

from functools import partial

import numpy as np
import pytest
from aiguille.datasets import make_faces
from aiguille.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn import linear_model as theirs


@pytest.fixture(scope="module")
def faces():
    """400 faces of 3,240 pixels, of 40 people, each pixel with spread 1; who is on each."""
    pixels, names = make_faces(40, 10, image_shape=(60, 54), noise=40, random_state=0)
    return (pixels - pixels.mean(axis=0)) / pixels.std(axis=0), names


@pytest.fixture(scope="module")
def numbers(faces):
    """Those faces, and a number for each."""
    X, _ = faces
    rng = np.random.default_rng(0)
    return X, X @ rng.normal(size=X.shape[1]) + 30 * rng.normal(size=len(X))


def tall(n_classes):
    """10,000 samples of 20 features, and classes that overlap."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(10_000, 20))
    sums = X @ rng.normal(size=(20, n_classes)) + 2 * rng.gumbel(size=(10_000, n_classes))
    return X, sums.argmax(axis=1)


def lower_loss(X, y):
    """Compare by the loss, which is to be as low: both stop before all digits are found."""

    def loss(model):
        codes = np.searchsorted(model.classes_, y)
        truth = model.predict_log_proba(X)[np.arange(len(X)), codes]
        return (-truth.sum() + 0.5 * (model.coef_**2).sum()) / len(X)

    def same(mine, their):
        assert loss(mine) <= loss(their) + 1e-6
        assert np.mean(mine.predict(X) == their.predict(X)) > 0.999

    return same


def same_weights(mine, their):
    """Compare the weights, and the penalty where it was chosen."""
    largest = np.abs(their.coef_).max()
    np.testing.assert_allclose(mine.coef_, their.coef_, rtol=1e-5, atol=1e-6 * largest)
    assert getattr(mine, "alpha_", 0) == getattr(their, "alpha_", 0)


@pytest.mark.parametrize("C", [1.0, 0.001])
def test_names_of_faces(against, faces, C):
    X, y = faces
    against(
        partial(LogisticRegression(C=C).fit, X, y),
        partial(theirs.LogisticRegression(C=C).fit, X, y),
        title=f"`LogisticRegression`, `C={C:g}`, 400 faces of 3,240 pixels, 40 people",
        peer="scikit-learn, lbfgs",
        target=1,
        same=lower_loss(X, y),
    )


@pytest.mark.parametrize("n_classes", [2, 5])
def test_names_of_many_samples(against, n_classes):
    X, y = tall(n_classes)
    against(
        partial(LogisticRegression().fit, X, y),
        partial(theirs.LogisticRegression().fit, X, y),
        title=f"`LogisticRegression`, 10,000 samples of 20 features, {n_classes} classes",
        peer="scikit-learn, lbfgs",
        target=1,
        why="ours goes on until the gradient is as short as it says, and so takes more steps",
        rounds=11,
        same=lower_loss(X, y),
    )


def test_one_penalty(against, numbers):
    against(
        partial(Ridge(10.0).fit, *numbers),
        partial(theirs.Ridge(10.0).fit, *numbers),
        title="`Ridge`, 400 faces of 3,240 pixels",
        peer="scikit-learn",
        target=1,
        why="most of it is the same product for both; ours then solves the equations twice, which "
        "gives digits back",
        same=same_weights,
    )


def test_three_hundred_penalties(against, numbers):
    alphas = np.logspace(-2, 8, 300)
    against(
        partial(RidgeCV(alphas).fit, *numbers),
        partial(theirs.RidgeCV(alphas).fit, *numbers),
        title="`RidgeCV`, 300 penalties, 400 faces of 3,240 pixels",
        peer="scikit-learn",
        target=1,
        same=same_weights,
    )
