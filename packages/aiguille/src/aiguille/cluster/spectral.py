"""Cut a graph of samples into groups, with as little as possible cut through.

The cost of a cut is the weight of the edges between groups, each group's as a share of all
that its nodes have: the normalised cut. To find the cheapest is hard. Where membership may be any
number, not just yes or no, it is a question for eigenvectors; these give each sample a
place, and what is left is to read groups off the places.

Read `SpectralClustering`, then `discretize` and `cluster_qr`, which read groups off without
k-means. `aiguille.laplacian` has the places.
"""

import warnings
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Clusterer
from aiguille.cluster.kmeans import KMeans
from aiguille.laplacian import affinity_of, spectral_embedding
from aiguille.parameters import check_option, check_random_state, check_real, check_whole
from aiguille.validation import ConvergenceWarning, check_array

__all__ = ["SpectralClustering", "cluster_qr", "discretize", "spectral_clustering"]

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
AFFINITIES = ("rbf", "nearest_neighbors", "precomputed")
ASSIGNMENTS = ("kmeans", "discretize", "cluster_qr")


class SpectralClustering(Clusterer):
    """Group samples by cutting the graph of who is like whom; groups may have any shape.

    Parameters
    ----------
    n_clusters : int
        How many groups.
    eigen_solver : {"arpack", "lobpcg", "amg"} or None
        Ignored, and there because scikit-learn has it: the graph tells which way is fastest.
    n_components : int, optional
        How many eigenvectors to use; ``n_clusters`` by default.
    random_state : int, RandomState or None
        For k-means, `discretize`, and where the search for eigenvectors begins.
    n_init : int
        How many times k-means begins.
    gamma : float
        The "rbf" affinity is exp(-gamma d²), where d is the distance.
    affinity : {"rbf", "nearest_neighbors", "precomputed"}
        How strongly samples are joined: by their distance, as neighbours, or as ``X`` says.
    n_neighbors : int
        For neighbours, each sample among its own.
    eigen_tol : float or "auto"
        The residual at which an eigenvector of a large graph is good; 1e-8 by default.
    assign_labels : {"kmeans", "discretize", "cluster_qr"}
        How groups are read off the eigenvectors. The last one draws nothing.

    Attributes
    ----------
    affinity_matrix_ : ndarray of shape (n_samples, n_samples) or Graph
        Neighbours and sparse matrices are a `Graph`, whose ``to_scipy()`` gives a matrix.
    labels_ : ndarray of shape (n_samples,)
        The group of each sample.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where ``fit`` was given a data frame.

    References
    ----------
    Shi & Malik (2000), "Normalized cuts and image segmentation", IEEE Transactions on Pattern
    Analysis and Machine Intelligence 22(8). von Luxburg (2007), "A tutorial on spectral
    clustering", Statistics and Computing 17(4).

    Examples
    --------
    >>> X = [[1, 1], [2, 1], [1, 0], [4, 7], [3, 5], [3, 6]]
    >>> labels = SpectralClustering(2, gamma=0.1, random_state=0).fit_predict(X)
    >>> (labels == labels[0]).tolist()
    [True, True, True, False, False, False]
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        eigen_solver: Literal["arpack", "lobpcg", "amg"] | None = None,
        n_components: int | None = None,
        random_state: Any = None,
        n_init: int = 10,
        gamma: float = 1.0,
        affinity: Literal["rbf", "nearest_neighbors", "precomputed"] = "rbf",
        n_neighbors: int = 10,
        eigen_tol: float | Literal["auto"] = "auto",
        assign_labels: Literal["kmeans", "discretize", "cluster_qr"] = "kmeans",
    ) -> None:
        self.n_clusters = n_clusters
        self.eigen_solver = eigen_solver
        self.n_components = n_components
        self.random_state = random_state
        self.n_init = n_init
        self.gamma = gamma
        self.affinity = affinity
        self.n_neighbors = n_neighbors
        self.eigen_tol = eigen_tol
        self.assign_labels = assign_labels

    def fit(self, X: Any, y: ArrayLike | None = None) -> Self:
        """Find the groups.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            With ``affinity="precomputed"`` a square array of weights, a `Graph` or a
            sparse matrix.
        y : ignored
        """
        n_clusters = check_whole("n_clusters", self.n_clusters)
        check_whole("n_init", self.n_init)
        check_option("affinity", self.affinity, AFFINITIES)
        check_option("assign_labels", self.assign_labels, ASSIGNMENTS)
        check_option("eigen_solver", self.eigen_solver, (None, "arpack", "lobpcg", "amg"))
        check_real("gamma", self.gamma)
        random = check_random_state(self.random_state)
        affinity, _ = affinity_of(
            self, X, affinity=self.affinity, gamma=self.gamma, n_neighbors=self.n_neighbors
        )
        n_samples = affinity.n_nodes if hasattr(affinity, "n_nodes") else len(affinity)
        if n_clusters > n_samples:
            raise ValueError(
                f"n_clusters={n_clusters} is more than the n_samples={n_samples}; ask for at most "
                f"{n_samples}."
            )
        if self.affinity != "precomputed":
            warn_of_twins(X, n_clusters)
        places = spectral_embedding(
            affinity,
            n_components=n_clusters if self.n_components is None else self.n_components,
            random_state=random,
            eigen_tol=self.eigen_tol,
            drop_first=False,
        )
        self.affinity_matrix_ = affinity
        if self.assign_labels == "kmeans":
            groups = KMeans(n_clusters, n_init=self.n_init, random_state=random)
            self.labels_ = groups.fit(places).labels_
        elif self.assign_labels == "discretize":
            self.labels_ = discretize(places, random_state=random)
        else:
            self.labels_ = cluster_qr(places)
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = tags.input_tags.sparse = self.affinity == "precomputed"
        tags.input_tags.positive_only = tags.input_tags.pairwise
        return tags


def spectral_clustering(affinity: Any, **options: Any) -> Labels:
    """Group the nodes of a graph; `SpectralClustering` in one call.

    Parameters
    ----------
    affinity : array-like of shape (n_nodes, n_nodes), Graph, or sparse matrix
    **options
        Parameters of `SpectralClustering`.

    Returns
    -------
    ndarray of shape (n_nodes,)

    Examples
    --------
    >>> affinity = [[0, 9, 1, 0], [9, 0, 0, 1], [1, 0, 0, 9], [0, 1, 9, 0]]
    >>> spectral_clustering(affinity, n_clusters=2, assign_labels="cluster_qr").tolist()
    [0, 0, 1, 1]
    """
    return SpectralClustering(**options, affinity="precomputed").fit(affinity).labels_


def cluster_qr(vectors: ArrayLike) -> Labels:
    """Read groups off eigenvectors: some rows stand for groups, each row goes to the nearest.

    In the ideal case all rows of a group are equal, and those of different groups are at right
    angles. So the longest row is taken, then the one that is longest apart from what the first
    explains, and so on: QR with column pivoting. The rotation that turns these rows, as near
    as it can, into the axes gives memberships.

    Parameters
    ----------
    vectors : array-like of shape (n_samples, n_clusters)

    Returns
    -------
    ndarray of shape (n_samples,)

    References
    ----------
    Damle, Minden & Ying (2019), "Simple, direct and efficient multi-way spectral
    clustering", Information and Inference 8(1).

    Examples
    --------
    >>> cluster_qr([[1.0, 1.0], [1.0, 0.9], [1.0, -1.0]]).tolist()
    [0, 0, 1]
    """
    V = check_array(vectors, name="vectors")
    left, chosen = V.copy(), []
    for _ in range(min(V.shape)):
        chosen.append(int(np.einsum("ij,ij->i", left, left).argmax()))
        row = left[chosen[-1]]
        length = row @ row
        if length > 0:
            left -= np.outer(left @ row, row / length)
    U, _, Wt = np.linalg.svd(V[chosen].T, full_matrices=False)
    labels: Labels = np.abs(V @ (U @ Wt)).argmax(axis=1)
    return labels


def discretize(vectors: ArrayLike, *, n_iter_max: int = 20, random_state: Any = None) -> Labels:
    """Read groups off eigenvectors: turn them until each row is near one of the axes.

    In turn, each row goes to the axis that it is nearest to, and the axes are rotated towards
    the rows that went to them. Neither step makes the fit worse.

    Parameters
    ----------
    vectors : array-like of shape (n_samples, n_clusters)
    n_iter_max : int
        The most turns.
    random_state : int, RandomState or None
        For the row that is the first axis.

    Returns
    -------
    ndarray of shape (n_samples,)

    References
    ----------
    Yu & Shi (2003), "Multiclass spectral clustering", International Conference on Computer
    Vision.

    Examples
    --------
    >>> labels = discretize([[1.0, 1.0], [1.0, 0.9], [1.0, -1.0]], random_state=0)
    >>> (labels == labels[0]).tolist()
    [True, True, False]
    """
    V = check_array(vectors, name="vectors")
    n_iter_max = check_whole("n_iter_max", n_iter_max)
    random = check_random_state(random_state)
    # Eigenvectors of equal length, then rows of length one; rows of zeros stay.
    V = V / np.maximum(np.linalg.norm(V, axis=0), np.finfo(np.float64).tiny)
    lengths = np.linalg.norm(V, axis=1, keepdims=True)
    V /= np.where(lengths > 0, lengths, 1.0)
    rotation = rows_at_right_angles(V, random.randint(len(V))).T
    fit = -np.inf
    labels = np.zeros(len(V), dtype=np.intp)
    for _ in range(n_iter_max):
        labels = (V @ rotation).argmax(axis=1)
        sums = np.column_stack([np.bincount(labels, v, V.shape[1]) for v in V.T])
        U, values, Wt = np.linalg.svd(sums)
        if values.sum() <= fit * (1 + 1e-12):
            break
        fit = float(values.sum())
        rotation = (U @ Wt).T
    return labels


def rows_at_right_angles(V: Array, first: int) -> Array:
    """Choose as many rows as there are columns, each the one least like those before."""
    chosen, likeness = [first], np.zeros(len(V))
    for _ in range(1, V.shape[1]):
        likeness += np.abs(V @ V[chosen[-1]])
        chosen.append(int(likeness.argmin()))
    return V[chosen]


def warn_of_twins(X: Any, n_clusters: int) -> None:
    """Say so if there are fewer different samples than groups."""
    n_different = len(np.unique(np.asarray(X, dtype=np.float64), axis=0))
    if n_different < n_clusters:
        warnings.warn(
            f"n_clusters={n_clusters} is more than the {n_different} different samples in X: "
            f"equal samples come into different groups. Ask for at most {n_different}.",
            ConvergenceWarning,
            stacklevel=3,
        )
