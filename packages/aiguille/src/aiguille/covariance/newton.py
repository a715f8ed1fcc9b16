"""The engine of the graphical lasso: Newton's method with absolute values.

To find is the precision P that minimises ``tr(S P) - log det P + alpha * sum |P_ij|``, the sum
without the diagonal. The classical algorithm improves one column after the other, and each
of its coordinates, in loops that numpy is slow at. Here all entries move at once:

- features that no chain of entries ``|S_ij| > alpha`` joins are solved apart (`blocks`);
- around P, all but the absolute values is nearly a parabola, whose curvature is known: along a
  step D it is ``tr(W D W D)``, with W the inverse of P. A step is two matrix products;
- if the signs and zeros of the solution were known, the bottom of the parabola would be a system
  of linear equations. So signs and zeros are guessed, the equations are solved by conjugate
  gradients, and entries that broke the guess change sides, all at once (`newton_step`);
- ten such steps are usual, and a gap between two bounds tells when (`dual_bound`).

Read `sparse_precision`, `newton`, `newton_step`, `solve_on_face`, in this order.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aiguille.graph import as_graph, connected_components

__all__ = ["Estimate", "sparse_precision"]

Array = NDArray[Any]

GUESSES = 30
"""How often one Newton step may guess anew which entries are zero."""

ROUNDINGS = 1e-13
"""Relative changes of the objective that mean nothing."""


class Estimate(NamedTuple):
    """A covariance, its inverse with zeros, and how they were found."""

    covariance: Array
    precision: Array
    costs: list[tuple[float, float]]
    """The objective and the gap to the best possible one, before each step and at the end."""
    converged: bool


def sparse_precision(
    S: Array,
    alpha: float,
    *,
    tol: float = 1e-4,
    accuracy: float = 1e-4,
    max_iter: int = 100,
    start: Array | None = None,
) -> Estimate:
    """Minimise tr(S P) - log det P + alpha * the sum of absolute P_ij off the diagonal, over P.

    Parameters
    ----------
    S : ndarray of shape (n_features, n_features)
        A covariance, with a positive diagonal. It may be singular.
    alpha : float
        More than 0.
    tol : float
        The gap at which to stop: the objective is at most so much above the least.
    accuracy : float
        The relative error that is small enough for any Newton step. Early ones are solved
        less well by themselves.
    max_iter : int
        The most Newton steps.
    start : ndarray of shape (n_features, n_features), optional
        A precision to begin with, such as that of a similar `alpha`.

    Returns
    -------
    Estimate

    References
    ----------
    Hsieh, Sustik, Dhillon & Ravikumar (2014), "QUIC: Quadratic approximation for sparse
    inverse covariance estimation", Journal of Machine Learning Research 15.
    Oztoprak, Nocedal, Rennie & Olsen (2012), "Newton-like methods for sparse inverse
    covariance estimation", Advances in Neural Information Processing Systems 25.

    Examples
    --------
    >>> S = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.0], [0.2, 0.0, 2.0]])
    >>> sparse_precision(S, alpha=0.25).precision.round(3)
    array([[ 1.067, -0.267,  0.   ],
           [-0.267,  1.067,  0.   ],
           [ 0.   ,  0.   ,  0.5  ]])
    """
    # In units in which each variance is one no number is extreme, and each pair has a penalty
    # of its own.
    units = np.outer(np.sqrt(S.diagonal()), np.sqrt(S.diagonal()))
    R, weights = S / units, alpha / units
    np.fill_diagonal(weights, 0.0)
    W, P = np.eye(len(S)), np.eye(len(S))
    histories, converged, alone = [], True, len(S)
    for part in blocks(R, weights):
        square = np.ix_(part, part)
        starts = beginnings(R[square], None if start is None else (start * units)[square])
        share = tol * len(part) / len(S)
        W[square], P[square], history, done = newton(
            R[square], weights[square], starts, share, accuracy, max_iter
        )
        histories.append(history)
        converged = converged and done
        alone -= len(part)
    # A feature that is alone has P = 1 and costs 1, and units change the determinant.
    rest = alone + float(np.sum(np.log(S.diagonal())))
    return Estimate(W * units, P / units, summed(histories, rest), converged)


def blocks(R: Array, weights: Array) -> list[Array]:
    """Give the groups of two or more features that the solution joins at most.

    They are the parts of the graph of all entries beyond their weight.

    References
    ----------
    Witten, Friedman & Simon (2011), "New insights and faster computations for the graphical
    lasso", Journal of Computational and Graphical Statistics 20(4).
    """
    n_blocks, labels = connected_components(as_graph(np.abs(R) > weights))
    order = np.argsort(labels, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(labels, minlength=n_blocks))[:-1])
    return [part for part in parts if len(part) > 1]


def beginnings(R: Array, start: Array | None) -> list[Array]:
    """Give precisions to begin with: of no covariance at all, of nearly all, and a given one."""
    # A little less than all is positive definite, however few the samples.
    nearly = 0.95 * R
    np.fill_diagonal(nearly, 1.0)
    given = [] if start is None else [start]
    return [np.eye(len(R)), symmetric(np.linalg.inv(nearly)), *given]


def summed(histories: list[list[tuple[float, float]]], rest: float) -> list[tuple[float, float]]:
    """Add up what blocks cost in each step; a block that is done stays as it is."""
    longest = max((len(history) for history in histories), default=1)
    padded = [history + [history[-1]] * (longest - len(history)) for history in histories]
    steps = zip(*padded, strict=True) if padded else [()]
    return [(sum(f for f, _ in step) + rest, sum((gap for _, gap in step), 0.0)) for step in steps]


def newton(
    S: Array, weights: Array, starts: list[Array], tol: float, accuracy: float, max_iter: int
) -> tuple[Array, Array, list[tuple[float, float]], bool]:
    """Improve a precision by Newton's steps until it is as good as the best within `tol`."""
    cost, P = min(
        ((objective(S, P, weights), P) for P in starts), key=lambda candidate: candidate[0]
    )
    history: list[tuple[float, float]] = []
    while True:
        W = symmetric(np.linalg.inv(P))
        gap = cost - dual_bound(S, W, weights)
        history.append((cost, gap))
        if gap <= tol or len(history) > max_iter or stuck(history):
            return W, P, history, gap <= tol
        error = max(accuracy, min(0.1, gap))
        D = newton_step(P, W, S - W, weights, error)
        moved = None if D is None else search_along(S, P, D, W, weights, cost)
        if moved is None:
            return W, P, history, False
        cost, P = moved


def stuck(history: list[tuple[float, float]]) -> bool:
    """Whether roundings hide what the last step did for the cost, and the gap did not halve."""
    if len(history) < 2:
        return False
    (before, wide), (cost, gap) = history[-2:]
    return before - cost < ROUNDINGS * (1 + abs(cost)) and gap > wide / 2


def objective(S: Array, P: Array, weights: Array) -> float:
    """Give what is to be minimised."""
    return float(np.vdot(S, P) + np.vdot(weights, np.abs(P))) - log_determinant(P)


def dual_bound(S: Array, W: Array, weights: Array) -> float:
    """Give a number that no objective is less than, and that the least one reaches.

    Each positive definite V that differs from S by at most the weights gives one,
    ``log det V + n_features``. The W of the solution is such a V; others are clipped.

    References
    ----------
    Banerjee, El Ghaoui & d'Aspremont (2008), "Model selection through sparse maximum
    likelihood estimation", Journal of Machine Learning Research 9.
    """
    return log_determinant(S + np.clip(W - S, -weights, weights)) + len(S)


def log_determinant(A: Array) -> float:
    """Give log det A of a positive definite matrix, minus infinity for others."""
    try:
        return 2 * float(np.log(np.linalg.cholesky(A).diagonal()).sum())
    except np.linalg.LinAlgError:
        return -np.inf


def symmetric(A: Array) -> Array:
    """Take the roundings out of a matrix that is symmetric but for them."""
    return (A + A.T) / 2


def newton_step(P: Array, W: Array, G: Array, weights: Array, error: float) -> Array | None:
    """Minimise the parabola <G, D> + tr(W D W D) / 2 with the sum of weights * |P + D|, over D.

    `face` has the sign that each entry of P + D is guessed to have, zero where it is to be
    zero. The bottom of the parabola on the face tells which guesses were wrong: entries that
    crossed zero go to zero, zeros that are pulled by more than their weight become free.

    Returns
    -------
    ndarray or None
        None where no guess led lower.

    References
    ----------
    Júdice & Pires (1994), "A block principal pivoting algorithm for large-scale strictly
    monotone linear complementarity problems", Computers & Operations Research 21(5).
    """
    face = np.where((P == 0) & (np.abs(G) > weights), -np.sign(G), np.sign(P))
    downhill = (face != 0) * (G + weights * face)
    enough = error**2 * float(np.vdot(downhill, P @ downhill @ P))
    curvature = np.outer(W.diagonal(), W.diagonal()) + W * W
    D, curved = np.zeros_like(P), np.zeros_like(P)
    level = float(np.vdot(weights, np.abs(P)))
    best, least = None, level + ROUNDINGS * (1 + level)
    share, fewest = 1.0, P.size + 1
    for _ in range(GUESSES):
        free = face != 0
        target = -(G + weights * face)
        D, curved = solve_on_face(P, W, target, D, curved, free.astype(np.float64), enough)
        there, pull = P + D, G + curved
        level = float(np.vdot(G + curved / 2, D) + np.vdot(weights, np.abs(there)))
        if level < least:
            best, least = D, level
        crossed = there * face < 0
        wrong = crossed | (~free & (np.abs(pull) > weights))
        count = int(np.count_nonzero(wrong))
        if not count:
            break
        # All change sides at once as long as there are ever fewer; else they may go in circles,
        # and only the worst ones do.
        share = min(1.0, 2 * share) if count < fewest else share / 2
        fewest = min(fewest, count)
        if share < 1:
            squared = np.where(crossed, there * curvature, np.abs(pull) - weights) ** 2
            harm = np.where(wrong, squared / curvature, 0.0)
            changing = max(2, int(share * count))
            wrong &= harm >= np.partition(harm, -changing, axis=None)[-changing]
        face = np.where(wrong, np.where(crossed, 0.0, -np.sign(pull)), face)
        D = np.where(face == 0, -P, D)
        curved = W @ D @ W
    return best


def solve_on_face(
    P: Array, W: Array, target: Array, D: Array, curved: Array, free: Array, enough: float
) -> tuple[Array, Array]:
    """Solve W D W = target for the free entries of D, the others given, by conjugate gradients.

    Were all entries free, D = P target P would be the solution. It is also a good first
    guess, and a preconditioner, when some are not: this is why few steps are needed even where
    the covariance is nearly singular.

    Parameters
    ----------
    D, curved : ndarrays
        Where to begin, and W D W.
    free : ndarray
        One where an entry is free, zero where not.
    enough : float
        The squared error, in the preconditioner's norm, at which to stop.

    Returns
    -------
    D, curved : ndarrays
        The solution, and W D W.
    """
    residual = free * (target - curved)
    ahead = free * (P @ residual @ P)
    size = float(np.vdot(residual, ahead))
    direction = ahead
    for _ in range(10 * len(P)):
        if size <= enough:
            break
        bent = W @ direction @ W
        length = size / float(np.vdot(direction, bent))
        D = D + length * direction
        curved = curved + length * bent
        residual = residual - length * free * bent
        ahead = free * (P @ residual @ P)
        size, before = float(np.vdot(residual, ahead)), size
        direction = ahead + size / before * direction
    return symmetric(D), symmetric(curved)


def search_along(
    S: Array, P: Array, D: Array, W: Array, weights: Array, cost: float
) -> tuple[float, Array] | None:
    """Halve a step until the objective falls as it should; None where roundings let nothing fall.

    A whole step makes zeros exact, and is what is taken near the solution.
    """
    kinks = np.where(P == 0, np.abs(D), np.sign(P) * D)
    slope = float(np.vdot(S - W, D) + np.vdot(weights, kinks))
    if not slope < 0:
        return None
    length = 1.0
    while length > 1e-9:
        there = P + length * D
        level = objective(S, there, weights)
        if level <= cost + 1e-3 * length * slope + ROUNDINGS * (1 + abs(cost)):
            return level, there
        length /= 2
    return None
