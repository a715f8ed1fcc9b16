"""Classical scaling: a map of distances, read off eigenvectors.

It is exact where the distances are those of points. Read `classical_mds`, then the estimator,
then what is asked of a table of dissimilarities.
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator
from aiguille.linalg import METRICS, pairwise_distances
from aiguille.parameters import check_option, check_whole
from aiguille.validation import check_array, check_data

__all__ = ["ClassicalMDS", "check_dissimilarities", "classical_mds", "dissimilarities_of"]

Array = NDArray[np.float64]


def classical_mds(dissimilarities: ArrayLike, n_components: int = 2) -> tuple[Array, Array]:
    """Give points that have these distances, from eigenvectors.

    Squared distances with the means of rows and columns taken away are, but for a factor of
    -1/2, the products of points around their centre; the eigenvectors of products are points.

    Parameters
    ----------
    dissimilarities : array-like of shape (n_samples, n_samples)
        Symmetric, zeros on the diagonal.
    n_components : int
        At most ``n_samples``.

    Returns
    -------
    points : ndarray of shape (n_samples, n_components)
        The direction with most spread first; the entry of each that is largest is positive.
    eigenvalues : ndarray of shape (n_components,)
        The sums of squares of these columns. No points have these distances where one
        is negative; its column is zero.

    References
    ----------
    Torgerson (1952), "Multidimensional scaling: I. Theory and method", Psychometrika 17(4).

    Examples
    --------
    >>> points, _ = classical_mds([[0.0, 1.0, 3.0], [1.0, 0.0, 2.0], [3.0, 2.0, 0.0]], 1)
    >>> (points - points[0]).round(10).ravel()
    array([0., 1., 3.])
    """
    D = check_dissimilarities(dissimilarities)
    n_components = check_whole("n_components", n_components)
    if n_components > len(D):
        raise ValueError(
            f"n_components={n_components} is more than the {len(D)} samples; ask for at most "
            f"{len(D)}."
        )
    products = D**2
    products -= products.mean(axis=0)
    products -= products.mean(axis=1, keepdims=True)
    products *= -0.5
    eigenvalues, vectors = np.linalg.eigh(products)
    eigenvalues = eigenvalues[::-1][:n_components]
    vectors = vectors[:, ::-1][:, :n_components]
    largest = np.abs(vectors).argmax(axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(n_components)])
    return np.sqrt(eigenvalues.clip(0)) * vectors, eigenvalues


class ClassicalMDS(Estimator):
    """Draw a map of distances, exactly where they are those of points.

    Parameters
    ----------
    n_components : int
        How many coordinates.
    metric : str
        One of `aiguille.linalg.METRICS`, or "precomputed" where ``X`` is the distances.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        The map.
    eigenvalues_ : ndarray of shape (n_components,)
        The sum of squares of each coordinate.
    dissimilarity_matrix_ : ndarray of shape (n_samples, n_samples)
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)

    References
    ----------
    Torgerson (1952), "Multidimensional scaling: I. Theory and method", Psychometrika 17(4).

    Examples
    --------
    >>> from aiguille.linalg import pairwise_distances
    >>> X = [[0.0, 0, 0], [2, 0, 0], [0, 1, 0]]
    >>> places = ClassicalMDS().fit_transform(X)
    >>> bool(np.allclose(pairwise_distances(places), pairwise_distances(X)))
    True
    """

    embedding_: NDArray[Any]

    def __init__(self, n_components: int = 2, *, metric: str = "euclidean") -> None:
        self.n_components = n_components
        self.metric = metric

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Draw the map.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or (n_samples, n_samples)
        y : ignored
        """
        self.dissimilarity_matrix_, dtype = dissimilarities_of(self, X, self.metric)
        points, self.eigenvalues_ = classical_mds(self.dissimilarity_matrix_, self.n_components)
        negative = self.eigenvalues_ < -1e-9 * self.eigenvalues_[0]
        if negative.any():
            n_good = int(negative.argmax())
            warnings.warn(
                f"no points have these dissimilarities: n_components={self.n_components} asks for "
                f"coordinates that are not there, and those after the first {n_good} are zero. "
                f"Ask for at most {n_good}, or let MDS fit.",
                stacklevel=2,
            )
        self.embedding_ = points.astype(dtype, copy=False)
        return self

    def fit_transform(self, X: ArrayLike, y: ArrayLike | None = None) -> NDArray[Any]:
        """Draw the map, and give it; see `fit`."""
        return self.fit(X).embedding_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        tags.input_tags.positive_only = tags.input_tags.pairwise
        return tags


def dissimilarities_of(estimator: Any, X: Any, metric: Any) -> tuple[Array, np.dtype[Any]]:
    """Check what ``fit`` was given, and give the table of its dissimilarities and its dtype."""
    if isinstance(metric, bool):
        raise ValueError(
            f"metric={metric} is not possible: metric_mds={metric} says so, metric is a distance."
        )
    check_option("metric", metric, (*METRICS, "precomputed"))
    samples = check_data(estimator, X, min_samples=2, keep_float32=True)
    if metric == "precomputed":
        return check_dissimilarities(samples), samples.dtype
    return pairwise_distances(samples, metric=metric), samples.dtype


def check_dissimilarities(given: ArrayLike) -> Array:
    """Give a symmetric table of numbers that are not negative, or say what is wrong with it."""
    D = check_array(given, name="dissimilarities", min_samples=2)
    if D.shape[0] != D.shape[1]:
        raise ValueError(
            f"dissimilarities must be a square array, one for each pair of samples; got shape "
            f"{D.shape}."
        )
    if not np.allclose(D, D.T, rtol=1e-6, atol=1e-10):
        i, j = np.unravel_index(np.abs(D - D.T).argmax(), D.shape)
        raise ValueError(
            f"Array must be symmetric: dissimilarities[{i}, {j}] = {D[i, j]:g}, but "
            f"[{j}, {i}] = {D[j, i]:g}. (D + D.T) / 2 takes the mean."
        )
    if D.min() < 0:
        raise ValueError(
            f"dissimilarities has negative values, such as {D.min():g}: it must hold distances, "
            "not similarities."
        )
    mean: Array = (D + D.T) / 2
    return mean
