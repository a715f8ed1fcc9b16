"""The mean and the scatter of columns, gathered part by part.

So a file that does not fit into memory can be scaled too, and what comes out is as exact as
if all samples had come at once. Read `add_moments`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Moments", "add_moments", "noise_of_variance"]

Numbers = NDArray[np.float64]


class Moments(NamedTuple):
    """What is known of samples: how many there are, or their weight; their mean, and scatter."""

    weight: float
    mean: Numbers
    scatter: Numbers
    """The sum of squared differences from the mean, for each column."""


def add_moments(moments: Moments | None, X: NDArray[Any], weights: Numbers) -> Moments:
    """Add samples to what is known.

    Parameters
    ----------
    moments : Moments, optional
        Of the samples before.
    X : ndarray of shape (n_samples, n_features)
        More samples.
    weights : ndarray of shape (n_samples,)
        How much each counts.

    Returns
    -------
    Moments
        Of all, as exact as if they had come at once.

    References
    ----------
    Chan, Golub & LeVeque (1983), "Algorithms for computing the sample variance", The
    American Statistician 37(3).
    """
    total = float(weights.sum())
    if total == 0:
        return moments or Moments(0.0, np.zeros(X.shape[1]), np.zeros(X.shape[1]))
    mean = (weights @ X) / total
    centred = X - mean
    # Were the mean exact, these would add up to nothing; what they do is its rounding error.
    slip = (weights @ centred) / total
    scatter = weights @ (centred * centred) - total * slip * slip
    mean = mean + slip
    if moments is None or moments.weight == 0:
        return Moments(total, mean, np.maximum(scatter, 0))
    both = moments.weight + total
    apart = mean - moments.mean
    return Moments(
        both,
        moments.mean + apart * (total / both),
        moments.scatter + scatter + apart**2 * (moments.weight * total / both),
    )


def noise_of_variance(moments: Moments) -> Numbers:
    """Give the most variance that rounding makes of a constant column.

    The mean is exact but for its last digits, however many samples there are (`add_moments`
    corrects it), and so are the differences from it.
    """
    bound: Numbers = (10 * np.finfo(np.float64).eps * moments.mean) ** 2
    return bound
