"""Laplacian eigenmaps: a map that keeps neighbours together. `aiguille.laplacian` draws it."""

from typing import Any, Literal, Self

from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator
from aiguille.laplacian import affinity_of, spectral_embedding
from aiguille.parameters import check_option

__all__ = ["SpectralEmbedding"]


class SpectralEmbedding(Estimator):
    """Draw a map that keeps together what a graph of neighbours joins.

    Parameters
    ----------
    n_components : int
        How many coordinates.
    affinity : {"nearest_neighbors", "rbf", "precomputed"}
        How strongly samples are joined: as neighbours, by their distance, or as ``X`` says.
    gamma : float, optional
        The "rbf" affinity is exp(-gamma d²), where d is the distance; 1 / n_features by
        default.
    random_state : int, RandomState or None
        Where the search for eigenvectors begins; of no effect but on last digits.
    eigen_solver : {"arpack", "lobpcg", "amg"} or None
        Ignored, and there because scikit-learn has it: the graph tells which way is fastest.
    eigen_tol : float or "auto"
        The residual at which an eigenvector of a large graph is good; 1e-8 by default.
    n_neighbors : int, optional
        For neighbours, each sample among its own; a tenth of the samples by default.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        The map.
    affinity_matrix_ : ndarray of shape (n_samples, n_samples) or Graph
        Neighbours and sparse matrices are a `Graph`, whose ``to_scipy()`` gives a matrix.
    n_neighbors_ : int
        The number of neighbours that was used, if any were.
    gamma_ : float
        The width that was used, if any was.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)

    References
    ----------
    Belkin & Niyogi (2003), "Laplacian eigenmaps for dimensionality reduction and data
    representation", Neural Computation 15(6).

    Examples
    --------
    >>> X = [[0.0, 0], [0, 1], [0, 2], [9, 9], [9, 8]]
    >>> places = SpectralEmbedding(1, affinity="rbf", gamma=0.02).fit_transform(X).ravel()
    >>> (places > 0).tolist()
    [False, False, False, True, True]
    """

    embedding_: NDArray[Any]
    n_features_in_: int

    def __init__(
        self,
        n_components: int = 2,
        *,
        affinity: Literal["nearest_neighbors", "rbf", "precomputed"] = "nearest_neighbors",
        gamma: float | None = None,
        random_state: Any = None,
        eigen_solver: Literal["arpack", "lobpcg", "amg"] | None = None,
        eigen_tol: float | Literal["auto"] = "auto",
        n_neighbors: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.affinity = affinity
        self.gamma = gamma
        self.random_state = random_state
        self.eigen_solver = eigen_solver
        self.eigen_tol = eigen_tol
        self.n_neighbors = n_neighbors

    def fit(self, X: Any, y: ArrayLike | None = None) -> Self:
        """Draw the map.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            With ``affinity="precomputed"`` a square array of weights, a `Graph` or a
            sparse matrix.
        y : ignored
        """
        check_option("affinity", self.affinity, ("nearest_neighbors", "rbf", "precomputed"))
        check_option("eigen_solver", self.eigen_solver, (None, "arpack", "lobpcg", "amg"))
        affinity, dtype = affinity_of(
            self, X, affinity=self.affinity, gamma=self.gamma, n_neighbors=self.n_neighbors
        )
        places = spectral_embedding(
            affinity,
            n_components=self.n_components,
            random_state=self.random_state,
            eigen_tol=self.eigen_tol,
        )
        self.affinity_matrix_ = affinity
        if self.affinity == "rbf":
            self.gamma_ = 1.0 / self.n_features_in_ if self.gamma is None else self.gamma
        elif self.affinity == "nearest_neighbors":
            tenth = max(len(places) // 10, 1)
            self.n_neighbors_ = tenth if self.n_neighbors is None else self.n_neighbors
        self.embedding_ = places.astype(dtype, copy=False)
        return self

    def fit_transform(self, X: Any, y: ArrayLike | None = None) -> NDArray[Any]:
        """Draw the map, and give it; see `fit`."""
        return self.fit(X).embedding_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = tags.input_tags.sparse = self.affinity == "precomputed"
        tags.input_tags.positive_only = tags.input_tags.pairwise
        return tags
