"""How well two groupings agree, and how well a grouping fits the samples.

Names of groups mean nothing here: only which samples are together counts.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.linalg import pairwise_distances, parts
from aiguille.metrics.scores import check_answers
from aiguille.parameters import check_random_state, check_whole
from aiguille.validation import check_array, check_consistent_length

__all__ = [
    "adjusted_rand_score",
    "normalized_mutual_info_score",
    "silhouette_samples",
    "silhouette_score",
]

Numbers = NDArray[np.float64]


def adjusted_rand_score(labels_true: ArrayLike, labels_pred: ArrayLike) -> float:
    """Tell how often two groupings agree on a pair of samples, beyond chance.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        The group of each sample.

    Returns
    -------
    float
        1 where they are the same, about 0 for groups drawn at random, at least -0.5.

    References
    ----------
    Hubert & Arabie (1985), "Comparing partitions", Journal of Classification 2.

    Examples
    --------
    >>> adjusted_rand_score([0, 0, 1, 1], ["b", "b", "a", "a"])
    1.0
    >>> adjusted_rand_score([0, 0, 1, 1], [0, 1, 0, 1])
    -0.5
    """
    table = together(labels_true, labels_pred)

    def pairs(counts: Numbers) -> int:
        return int((counts * (counts - 1)).sum()) // 2

    everything = pairs(table.sum(keepdims=True))
    both, true, found = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    # The same as (both - expected) / (mean of most - expected), without a fraction on the way.
    agreed = 2 * (both * everything - true * found)
    most = (true + found) * everything - 2 * true * found
    return agreed / most if most else 1.0


def normalized_mutual_info_score(
    labels_true: ArrayLike, labels_pred: ArrayLike, *, average_method: str = "arithmetic"
) -> float:
    """Tell which share of what there is to know of one grouping the other one tells.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        The group of each sample.
    average_method : {"arithmetic", "geometric", "min", "max"}
        How the entropies of both, which are the most that can be known, are averaged.

    Returns
    -------
    float
        Between 0 and 1; many small groups score above 0 by chance.

    References
    ----------
    Strehl & Ghosh (2002), "Cluster ensembles", JMLR 3.

    Examples
    --------
    >>> normalized_mutual_info_score([0, 0, 1, 1], [1, 1, 0, 0])
    1.0
    """
    averages: dict[str, Callable[[float, float], Any]] = {
        "arithmetic": lambda a, b: (a + b) / 2,
        "geometric": lambda a, b: np.sqrt(a * b),
        "min": min,
        "max": max,
    }
    if average_method not in averages:
        raise ValueError(
            f"average_method={average_method!r} is not possible: give one of {list(averages)}."
        )
    table = together(labels_true, labels_pred)
    shares = table / table.sum()
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    there = shares > 0
    known = shares[there] @ np.log(shares[there] / np.outer(rows, columns)[there])
    if len(rows) == len(columns) == 1:
        return 1.0
    most = averages[average_method](entropy(rows), entropy(columns))
    # Rounding may leave a little where nothing is known.
    return float(known / most) if known > 1e-15 and most > 0 else 0.0


def together(labels_true: ArrayLike, labels_pred: ArrayLike) -> Numbers:
    """Count the samples of each pair of groups."""
    true, found = np.asarray(labels_true), np.asarray(labels_pred)
    if true.dtype.kind in "OUS" and found.dtype.kind not in "OUS":
        found = found.astype(str)
    elif found.dtype.kind in "OUS" and true.dtype.kind not in "OUS":
        true = true.astype(str)
    true, found, _ = check_answers(true, found, None)
    rows, columns = (np.unique(each, return_inverse=True)[1] for each in (true, found))
    width = int(columns.max()) + 1
    counts = np.bincount(rows * width + columns, minlength=(int(rows.max()) + 1) * width)
    return counts.reshape(-1, width).astype(np.float64)


def entropy(shares: Numbers) -> float:
    """Give how much there is to know of a grouping."""
    return float(-(shares @ np.log(shares)))


def silhouette_score(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    metric: str = "euclidean",
    sample_size: int | None = None,
    random_state: Any = None,
) -> float:
    """Tell how much nearer samples are to their own group than to the next.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Or, with ``metric="precomputed"``, distances of shape (n_samples, n_samples).
    labels : array-like of shape (n_samples,)
        The group of each sample; at least 2 groups, fewer than samples.
    metric : str
        As for `pairwise_distances`, or "precomputed".
    sample_size : int, optional
        How many samples to draw and judge, for the time grows with their square; all by default.
    random_state : int, RandomState or None
        Which of them.

    Returns
    -------
    float
        The mean of `silhouette_samples`, between -1 and 1.

    Examples
    --------
    >>> silhouette_score([[0], [1], [10], [11]], [0, 0, 1, 1]).round(2)
    np.float64(0.9)
    """
    if sample_size is not None:
        samples, given = check_array(X), np.asarray(labels)
        check_consistent_length(X=samples, labels=np.atleast_1d(given))
        size = check_whole("sample_size", sample_size, at_most=len(samples))
        drawn = check_random_state(random_state).permutation(len(samples))[:size]
        X, labels = samples[drawn], given[drawn]
        X = X[:, drawn] if metric == "precomputed" else X
    return np.mean(silhouette_samples(X, labels, metric=metric))  # type: ignore[return-value]


def silhouette_samples(X: ArrayLike, labels: ArrayLike, *, metric: str = "euclidean") -> Numbers:
    """Tell for each sample how much nearer it is to its own group than to the next.

    Parameters
    ----------
    X, labels, metric
        As for `silhouette_score`.

    Returns
    -------
    ndarray of shape (n_samples,)
        ``(b - a) / max(a, b)``, where ``a`` is the mean distance to the others of its group
        and ``b`` the least mean distance to another group; 0 for a sample on its own.

    Raises
    ------
    ValueError
        If there is one group, or as many as samples.

    References
    ----------
    Rousseeuw (1987), "Silhouettes: a graphical aid to the interpretation and validation of
    cluster analysis", Journal of Computational and Applied Mathematics 20.

    Examples
    --------
    >>> silhouette_samples([[0], [1], [10]], [0, 0, 1]).round(2)
    array([0.9 , 0.89, 0.  ])
    """
    samples = check_array(X)
    given = np.asarray(labels)
    check_consistent_length(X=samples, labels=np.atleast_1d(given))
    names, codes = np.unique(given, return_inverse=True)
    if not 2 <= len(names) < len(samples):
        raise ValueError(
            f"Number of labels is {len(names)}. Valid values are 2 to n_samples - 1 (inclusive), "
            f"here {len(samples) - 1}."
        )
    sizes = np.bincount(codes)
    member = np.zeros((len(samples), len(names)))
    member[np.arange(len(samples)), codes] = 1.0
    values = np.empty(len(samples))
    for part in parts(len(samples), len(samples)):  # so many distances as fit into memory
        distances = distances_of(samples, part, metric)
        sums = distances @ member
        own = codes[part], np.arange(len(sums))
        within = sums[own[1], own[0]] / np.maximum(sizes[own[0]] - 1, 1)
        means = sums / sizes
        means[own[1], own[0]] = np.inf
        next_group = means.min(axis=1)
        larger = np.maximum(within, next_group)
        values[part] = (next_group - within) / np.where(larger == 0, 1, larger)
    values[sizes[codes] == 1] = 0
    return values


def distances_of(samples: Any, part: slice, metric: str) -> Numbers:
    """Give the distances of some samples from all."""
    if metric == "precomputed":
        if samples.shape[0] != samples.shape[1]:
            raise ValueError(
                f"metric='precomputed' needs distances of shape (n_samples, n_samples), got "
                f"{samples.shape}."
            )
        if np.abs(samples.diagonal()).max() > 100 * np.finfo(np.float64).eps:
            raise ValueError(
                "metric='precomputed' needs distances, but the diagonal of X contains non-zero "
                "elements: a sample has no distance from itself; np.fill_diagonal(X, 0) says so."
            )
        found: Numbers = samples[part]
        return found
    return pairwise_distances(samples[part], samples, metric)
