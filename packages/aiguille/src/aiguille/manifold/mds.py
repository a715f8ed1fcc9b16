"""The estimator around `smacof`."""

from typing import Any, Literal, Self

from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator
from aiguille.manifold.classical import classical_mds, dissimilarities_of
from aiguille.manifold.majorization import smacof
from aiguille.parameters import check_option

__all__ = ["MDS"]


class MDS(Estimator):
    """Draw a map whose distances fit given ones, or their order.

    Parameters
    ----------
    n_components : int
        How many coordinates.
    metric_mds : bool
        Whether distances are to equal the dissimilarities; else they are to rise with them, and
        a dissimilarity of 0 stands for an unknown one.
    n_init : int
        How many times to begin at random, of which the best is kept.
    init : {"random", "classical_mds"}
        Where to begin. `classical_mds` draws nothing, and begins once.
    max_iter : int
        The most steps.
    eps : float
        How little the stress falls at the end, as a share of the sum of squared distances.
    random_state : int, RandomState or None
        For where to begin.
    dissimilarity : {"euclidean", "precomputed"}, optional
        The older name of ``metric``.
    metric : str
        One of `aiguille.linalg.METRICS`, or "precomputed" where ``X`` is the dissimilarities.
    normalized_stress : bool or "auto"
        Whether ``stress_`` is Kruskal's Stress-1, a share; "auto" for yes unless
        ``metric_mds``.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        The map.
    stress_ : float
        The misfit; of Stress-1, 0.025 is excellent, 0.05 good, 0.1 fair, 0.2 poor.
    dissimilarity_matrix_ : ndarray of shape (n_samples, n_samples)
    n_iter_ : int
        The number of steps from the best start.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)

    References
    ----------
    Borg & Groenen (2005), "Modern multidimensional scaling", 2nd edition, Springer.

    Examples
    --------
    >>> cities = [[0, 3.0, 4.0], [3.0, 0, 5.0], [4.0, 5.0, 0]]
    >>> model = MDS(init="classical_mds", metric="precomputed").fit(cities)
    >>> model.embedding_.shape, model.stress_ < 1e-20
    ((3, 2), True)
    """

    embedding_: NDArray[Any]

    def __init__(
        self,
        n_components: int = 2,
        *,
        metric_mds: bool = True,
        n_init: int = 1,
        init: Literal["random", "classical_mds"] = "random",
        max_iter: int = 300,
        eps: float = 1e-6,
        random_state: Any = None,
        dissimilarity: Literal["euclidean", "precomputed"] | None = None,
        metric: str = "euclidean",
        normalized_stress: bool | Literal["auto"] = "auto",
    ) -> None:
        self.n_components = n_components
        self.metric_mds = metric_mds
        self.n_init = n_init
        self.init = init
        self.max_iter = max_iter
        self.eps = eps
        self.random_state = random_state
        self.dissimilarity = dissimilarity
        self.metric = metric
        self.normalized_stress = normalized_stress

    def fit(self, X: ArrayLike, y: ArrayLike | None = None, init: ArrayLike | None = None) -> Self:
        """Draw the map.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or (n_samples, n_samples)
        y : ignored
        init : array-like of shape (n_samples, n_components), optional
            Where to begin.
        """
        check_option("init", self.init, ("random", "classical_mds"))
        check_option("metric_mds", self.metric_mds, (True, False))
        D, dtype = dissimilarities_of(self, X, self._metric())
        if init is None and self.init == "classical_mds":
            init, _ = classical_mds(D, self.n_components)
        self.dissimilarity_matrix_ = D
        points, self.stress_, self.n_iter_ = smacof(
            D,
            metric=self.metric_mds,
            n_components=self.n_components,
            init=init,
            n_init=self.n_init,
            max_iter=self.max_iter,
            eps=self.eps,
            random_state=self.random_state,
            return_n_iter=True,
            normalized_stress=self.normalized_stress,
        )
        self.embedding_ = points.astype(dtype, copy=False)
        return self

    def _metric(self) -> str:
        """Give the metric by its newer or its older name."""
        if self.dissimilarity is None:
            return self.metric
        check_option("dissimilarity", self.dissimilarity, ("euclidean", "precomputed"))
        if self.metric not in ("euclidean", self.dissimilarity):
            raise ValueError(
                f"dissimilarity={self.dissimilarity!r} and metric={self.metric!r} are two names of "
                "one thing: give metric alone."
            )
        return self.dissimilarity

    def fit_transform(
        self, X: ArrayLike, y: ArrayLike | None = None, init: ArrayLike | None = None
    ) -> NDArray[Any]:
        """Draw the map, and give it; see `fit`."""
        self.fit(X, init=init)
        return self.embedding_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        given = "precomputed" in (self.metric, self.dissimilarity)
        tags.input_tags.pairwise = tags.input_tags.positive_only = given
        return tags
