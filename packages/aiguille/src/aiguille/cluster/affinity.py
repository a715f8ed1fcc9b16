"""Let samples choose examples among themselves by passing messages: affinity propagation.

Each sample i sends to each candidate k how well suited k is to stand for it, compared with all
other candidates (its *responsibility*); each candidate answers how many others want
it (its *availability*). The messages settle, and samples that want themselves are the examples.

Both messages are n x n arrays, and a round is a handful of steps over them: what limits it is
the way from memory. So a block of rows that fits into the cache takes all steps of a
round before the next block comes. What couples the rows, the sum of each column of
positive responsibilities, is n numbers, which one round leaves to the next.

Read `affinity_propagation`, then `round_of_messages`, then `AffinityPropagation`.
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Clusterer
from aiguille.linalg import metric_named, nearest_rows, pairwise_distances
from aiguille.parameters import check_option, check_random_state, check_real, check_whole
from aiguille.validation import ConvergenceWarning, as_array, check_data, check_samples

__all__ = ["AffinityPropagation", "affinity_propagation"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

CACHE = 2**19
"""Bytes of one block of rows; a round has four such blocks in use."""


class AffinityPropagation(Clusterer):
    """Group samples around examples among them; their number comes out by itself.

    Parameters
    ----------
    damping : float
        How much of the last message stays, at least 0.5 and less than 1.
    max_iter : int
        The most rounds.
    convergence_iter : int
        For how many rounds the examples must stay the same.
    copy : bool
        Of no effect, since the input is never changed.
    preference : float or array-like of shape (n_samples,), optional
        How much each sample wants to be an example; the median similarity by default.
    affinity : {"euclidean", "precomputed"}
        Similarities are minus the squared distances, or ``X`` itself.
    verbose : bool
        Whether to tell how many rounds there were.
    random_state : int, RandomState or None
        For the tiny noise that decides between equal similarities.

    Attributes
    ----------
    cluster_centers_indices_ : ndarray of shape (n_clusters,)
        Which samples are the examples.
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        The examples, unless similarities were given.
    labels_ : ndarray of shape (n_samples,)
        The group of each sample; -1 where no examples were found.
    affinity_matrix_ : ndarray of shape (n_samples, n_samples)
    n_iter_ : int
    n_features_in_ : int

    References
    ----------
    Frey & Dueck (2007), "Clustering by passing messages between data points", Science 315.

    Examples
    --------
    >>> X = [[1, 2], [1, 4], [1, 0], [4, 2], [4, 4], [4, 0]]
    >>> model = AffinityPropagation(random_state=5).fit(X)
    >>> model.labels_
    array([0, 0, 0, 1, 1, 1])
    >>> model.predict([[0, 0], [4, 4]])
    array([0, 1])
    """

    def __init__(
        self,
        *,
        damping: float = 0.5,
        max_iter: int = 200,
        convergence_iter: int = 15,
        copy: bool = True,
        preference: Any = None,
        affinity: str = "euclidean",
        verbose: bool = False,
        random_state: Any = None,
    ) -> None:
        self.damping = damping
        self.max_iter = max_iter
        self.convergence_iter = convergence_iter
        self.copy = copy
        self.preference = preference
        self.affinity = affinity
        self.verbose = verbose
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Find the examples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or (n_samples, n_samples)
        y : ignored
        """
        check_option("affinity", self.affinity, ["euclidean", "precomputed"])
        X = check_data(self, X)
        if self.affinity == "precomputed":
            if X.shape[0] != X.shape[1]:
                raise ValueError(
                    f"X has shape {X.shape}, but affinity='precomputed' needs a square array: "
                    "a similarity for each pair of samples."
                )
            self.affinity_matrix_ = X.copy()
        else:
            self.affinity_matrix_ = -pairwise_distances(X, metric="sqeuclidean")
        self.cluster_centers_indices_, self.labels_, self.n_iter_ = affinity_propagation(
            self.affinity_matrix_,
            preference=self.preference,
            damping=self.damping,
            max_iter=self.max_iter,
            convergence_iter=self.convergence_iter,
            random_state=self.random_state,
        )
        if self.verbose:
            print(f"{len(self.cluster_centers_indices_)} examples after {self.n_iter_} rounds.")
        if self.affinity != "precomputed":
            self.cluster_centers_ = X[self.cluster_centers_indices_]
        return self

    def predict(self, X: ArrayLike) -> Indices:
        """Give each sample the group of the nearest example; -1 if there are none.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        X = check_samples(self, X)
        if self.affinity == "precomputed":
            raise ValueError(
                "predict needs the examples themselves: it is not possible when "
                "affinity='precomputed'. Fit on samples instead."
            )
        if not len(self.cluster_centers_):
            warnings.warn(
                "there are no examples, as fit did not converge: all labels are -1. "
                "Raise damping or max_iter.",
                ConvergenceWarning,
                stacklevel=2,
            )
            return np.full(len(X), -1)
        metric = metric_named("euclidean")
        _, nearest = nearest_rows(metric.embed(X), metric.embed(self.cluster_centers_), 1, metric)
        return nearest[:, 0]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.affinity == "precomputed"
        return tags


def affinity_propagation(
    S: ArrayLike,
    *,
    preference: Any = None,
    damping: float = 0.5,
    max_iter: int = 200,
    convergence_iter: int = 15,
    random_state: Any = None,
) -> tuple[Indices, Indices, int]:
    """Find examples by passing messages between all pairs of samples.

    Parameters
    ----------
    S : array-like of shape (n_samples, n_samples)
        Similarities; ``S[i, k]`` tells how well k would stand for i.
    preference, damping, max_iter, convergence_iter, random_state
        As for `AffinityPropagation`.

    Returns
    -------
    centers : ndarray of shape (n_clusters,)
        The examples, in order; none if the messages did not settle on any.
    labels : ndarray of shape (n_samples,)
    n_iter : int

    Raises
    ------
    ValueError
        If ``S`` is not square, or a parameter is not possible.

    Examples
    --------
    >>> S = -np.subtract.outer([0.0, 1, 2, 10, 11, 12], [0.0, 1, 2, 10, 11, 12]) ** 2
    >>> centers, labels, _ = affinity_propagation(S, preference=-10, random_state=0)
    >>> centers, labels
    (array([1, 4]), array([0, 0, 0, 1, 1, 1]))
    """
    S = as_array(S, "S", dtype=np.float64).copy()
    if S.ndim != 2 or S.shape[0] != S.shape[1]:
        raise ValueError(f"S must be a square array of similarities, got shape {S.shape}.")
    n = len(S)
    damping = check_real("damping", damping, low=0.5, high=np.nextafter(1.0, 0.0))
    max_iter = check_whole("max_iter", max_iter)
    convergence_iter = check_whole("convergence_iter", convergence_iter)
    preferences = np.asarray(np.median(S) if preference is None else preference, dtype=np.float64)
    if preferences.shape not in ((), (n,)) or not np.isfinite(preferences).all():
        raise ValueError(
            f"preference has shape {preferences.shape}: give one finite number, or {n} of them."
        )
    preferences = np.broadcast_to(preferences, n)
    random = check_random_state(random_state)
    if n == 1 or all_alike(S, preferences):
        return groups_of_equals(S, preferences)

    S.flat[:: n + 1] = preferences
    # Equal similarities would let messages swing for ever.
    tiny = np.finfo(np.float64).tiny
    S += (np.finfo(np.float64).eps * S + tiny * 100) * random.standard_normal((n, n))
    chosen, n_iter, settled = pass_messages(S, damping, max_iter, convergence_iter)
    if not chosen.any():
        warnings.warn(
            "Affinity propagation did not converge and this model will not have any cluster "
            f"centers after max_iter={max_iter} rounds: raise damping or max_iter.",
            ConvergenceWarning,
            stacklevel=2,
        )
        return np.empty(0, dtype=np.intp), np.full(n, -1), n_iter
    if not settled:
        warnings.warn(
            "Affinity propagation did not converge, this model may return degenerate cluster "
            f"centers and labels after max_iter={max_iter} rounds: raise damping or max_iter.",
            ConvergenceWarning,
            stacklevel=2,
        )
    return *best_examples(S, np.flatnonzero(chosen)), n_iter


def all_alike(S: Array, preferences: Array) -> bool:
    """Tell whether there is nothing to choose by: one similarity and one preference."""
    between = S[~np.eye(len(S), dtype=bool)]
    return bool((between == between[0]).all() and (preferences == preferences[0]).all())


def groups_of_equals(S: Array, preferences: Array) -> tuple[Indices, Indices, int]:
    """Group samples that are all alike: each alone, or all as one."""
    n = len(S)
    if n > 1:
        warnings.warn(
            "All samples have mutually equal similarities: each is its own group, or all are "
            "one, as the preference says. Returning arbitrary cluster center(s).",
            stacklevel=3,
        )
    if n == 1 or preferences[0] > S.flat[1]:
        return np.arange(n), np.arange(n), 0
    return np.array([0]), np.zeros(n, dtype=np.intp), 0


def pass_messages(
    S: Array, damping: float, max_iter: int, convergence_iter: int
) -> tuple[NDArray[np.bool_], int, bool]:
    """Pass messages until the examples have stayed the same for some rounds.

    Returns
    -------
    chosen : ndarray of shape (n_samples,), bool
        Which samples are examples.
    n_iter : int
    settled : bool
        Whether they had stayed the same.
    """
    n = len(S)
    A, R = np.zeros((n, n)), np.zeros((n, n))
    wanted = None  # the sums of the columns of positive responsibilities
    diagonal_A = np.zeros(n)
    history = np.zeros((convergence_iter, n), dtype=bool)
    chosen = np.zeros(n, dtype=bool)
    for n_iter in range(1, max_iter + 1):
        wanted = round_of_messages(S, A, R, wanted, damping)
        # The diagonal of A, which only the next round writes, follows from the sums alone.
        diagonal_R = R.diagonal()
        others = wanted - diagonal_R
        diagonal_A = diagonal_A * damping + (1 - damping) * others
        chosen = diagonal_A + diagonal_R > 0
        history[(n_iter - 1) % convergence_iter] = chosen
        same = (history.all(axis=0) | ~history.any(axis=0)).all()
        if n_iter > convergence_iter and same and chosen.any():
            return chosen, n_iter, True
    return chosen, max_iter, False


def round_of_messages(S: Array, A: Array, R: Array, wanted: Array | None, damping: float) -> Array:
    """Bring A up to date with the last round's R, then R with A, block by block in place.

    Parameters
    ----------
    S, A, R : ndarrays of shape (n, n)
        Similarities, availabilities and responsibilities; the last two are changed.
    wanted : ndarray of shape (n,), optional
        What the last round gave; None in the first.
    damping : float

    Returns
    -------
    ndarray of shape (n,)
        The sum of each column of R without its negative entries, its diagonal as it is.
    """
    n = len(S)
    step = max(1, CACHE // (8 * n))
    buffer = np.empty((step, n))
    nothing = np.zeros(n)  # numpy is slower to compare with one number than with a row
    total = np.zeros(n)
    bound = None if wanted is None else np.minimum(wanted, 0)
    for start in range(0, n, step):
        s, a, r = (array[start : start + step] for array in (S, A, R))
        new = buffer[: len(s)]
        rows = np.arange(len(s))
        own = (rows, rows + start)
        if wanted is not None and bound is not None:
            # a(i, k) = min(0, r(k, k) + the positive r of all others); no bound for a(k, k).
            # min(w - r, min(w, 0)) is min(0, w - max(r, 0)) in one step less.
            np.subtract(wanted, r, out=new)
            itself = new[own]
            np.minimum(new, bound, out=new)
            new[own] = itself
            blend(a, new, damping)
        # r(i, k) = s(i, k) - the largest a + s of all other candidates.
        np.add(a, s, out=new)
        best = new.argmax(axis=1)
        first = new[rows, best]
        new[rows, best] = -np.inf
        second = new.max(axis=1)
        np.subtract(s, first[:, None], out=new)
        new[rows, best] = s[rows, best] - second
        blend(r, new, damping)
        np.maximum(r, nothing, out=new)
        new[own] = r[own]
        total += new.sum(axis=0)
    return total


def blend(old: Array, new: Array, damping: float) -> None:
    """Turn ``old`` into damping * old + (1 - damping) * new, in place; ``new`` is used up."""
    if damping == 0.5:  # halves are exact: one step less gives the same digits
        old += new
        old *= 0.5
    else:
        new *= 1 - damping
        old *= damping
        old += new


def best_examples(S: Array, examples: Indices) -> tuple[Indices, Indices]:
    """Let each group choose the member that is most similar to all of it."""
    groups = nearest_example(S, examples)
    for group in range(len(examples)):
        members = np.flatnonzero(groups == group)
        examples[group] = members[S[np.ix_(members, members)].sum(axis=0).argmax()]
    labels = examples[nearest_example(S, examples)]
    centers, codes = np.unique(labels, return_inverse=True)
    return centers, codes


def nearest_example(S: Array, examples: Indices) -> Indices:
    """Give the most similar example of each sample; an example is its own."""
    groups: Indices = S[:, examples].argmax(axis=1)
    groups[examples] = np.arange(len(examples))
    return groups
