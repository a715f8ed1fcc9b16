"""The least loss of weighted sums: L-BFGS, with a line search that costs next to nothing.

The loss depends on the weights ``V`` through the sums ``V Z`` alone, beside a penalty on their
squares. Read `least_loss`, which goes down step by step; then `direction`, where to, and
`step_along`, how far.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Descent", "least_loss"]

Numbers = NDArray[np.float64]
Loss = Callable[[Numbers], tuple[float, Numbers]]
Memory = deque[tuple[Numbers, Numbers, float]]
Parabola = tuple[float, float, float]

REMEMBERED = 10
"""How many steps tell of the curvature."""
TRIALS = 40
"""How often the length of a step is changed at most."""
LESS, FLATTER = 1e-4, 0.9
"""The share of the promised decrease that a step must bring, and of the slope that may remain."""
EPSILON = float(np.finfo(np.float64).eps)


class Descent(NamedTuple):
    """Where a descent has ended."""

    weights: Numbers
    n_iter: int
    converged: bool
    """Whether the gradient is as short as asked, or as digits of a float allow."""


class Point(NamedTuple):
    """A place on a line: how far, the loss and its slope there, its derivatives by the sums."""

    t: float
    value: float
    slope: float
    pull: Numbers


def least_loss(
    Z: Numbers,
    loss: Loss,
    penalty: Numbers,
    start: Numbers,
    *,
    unit: Numbers,
    tol: float,
    max_iter: int,
) -> Descent:
    """Find the weights V with the least ``loss(V Z) + ½ Σ penalty V²``.

    Parameters
    ----------
    Z : ndarray of shape (n_features, n_samples)
        The more alike the curvature along all features is, the fewer steps it takes. Samples
        lie side by side, for numpy is fast along rows that are long.
    loss : callable
        Gives, for sums of shape (n_sums, n_samples), a convex loss and its derivatives by them.
    penalty : ndarray of shape (n_features,)
    start : ndarray of shape (n_sums, n_features)
    unit : ndarray of shape (n_features,)
        The gradient is multiplied by it before it is measured.
    tol : float
        The length of the gradient at which to stop.
    max_iter : int
        The most steps.

    Returns
    -------
    Descent

    References
    ----------
    Liu & Nocedal (1989), "On the limited memory BFGS method for large scale optimization",
    Mathematical Programming 45.

    Examples
    --------
    >>> def squares(sums):
    ...     return 0.5 * float(((sums - 6) ** 2).sum()), sums - 6
    >>> Z, one = np.ones((1, 1)), np.ones(1)
    >>> least_loss(Z, squares, one, Z, unit=one, tol=1e-9, max_iter=9).weights.round(6)
    array([[3.]])
    """
    # Divided by the largest unit, no square overflows.
    relative, tol = unit / unit.max(), tol / float(unit.max())
    highest = float(np.abs(Z).max())
    V, sums = start, start @ Z
    memory: Memory = deque(maxlen=REMEMBERED)
    here = on_line(loss, sums, sums, penalty_along(penalty, V, V), 0.0)
    gradient = here.pull @ Z.T + penalty * V
    for n_iter in range(max_iter + 1):
        rounding = EPSILON * (highest * np.abs(here.pull).sum() + np.linalg.norm(penalty * V))
        if np.linalg.norm(relative * gradient) <= tol or np.linalg.norm(gradient) <= rounding:
            return Descent(V, n_iter, converged=True)
        if n_iter == max_iter:
            break
        D = direction(gradient, memory)
        # Along the line the sums are sums + t·along: a trial takes no product with Z.
        along = D @ Z
        here = here._replace(t=0.0, slope=dot(gradient, D))
        there = step_along(here, loss, sums, along, penalty_along(penalty, V, D))
        if there is None:
            return Descent(V, n_iter, converged=True)
        here, step = there, there.t * D
        V, sums, before = V + step, sums + here.t * along, gradient
        gradient = here.pull @ Z.T + penalty * V
        curvature = dot(step, gradient - before)
        if curvature > 0:
            memory.append((step, gradient - before, curvature))
    return Descent(V, max_iter, converged=False)


def direction(gradient: Numbers, memory: Memory) -> Numbers:
    """Give the direction down that the remembered steps and changes of the gradient tell.

    It is minus the gradient, divided by a curvature that makes each remembered change of the
    gradient lead back to its step: "two loops" over the memory, and no matrix.
    """
    D, shares = -gradient, []
    for step, change, curvature in reversed(memory):
        shares.append(dot(step, D) / curvature)
        D -= shares[-1] * change
    if memory:
        _, change, curvature = memory[-1]
        D *= curvature / dot(change, change)
    for (step, change, curvature), share in zip(memory, reversed(shares), strict=True):
        D += (share - dot(change, D) / curvature) * step
    return D


def step_along(
    here: Point, loss: Loss, sums: Numbers, along: Numbers, parabola: Parabola
) -> Point | None:
    """Go down a line until the slope is less steep and the loss is less; None if none is.

    The slope of a convex loss grows along the line: a trial with a slope upwards is beyond the
    best place, one that is as steep as before is in front of it.

    References
    ----------
    Wolfe (1969), "Convergence conditions for ascent methods", SIAM Review 11(2).
    """
    low, high = here, None
    t = 1.0
    for _ in range(TRIALS):
        point = on_line(loss, sums, along, parabola, t)
        # A loss is rounded as the numbers are that it is made of: they are around 1.
        allowed = here.value + LESS * t * here.slope + EPSILON * max(abs(here.value), 1.0)
        if point.value <= allowed and abs(point.slope) <= FLATTER * abs(here.slope):
            return point
        if point.slope > 0 or point.value > allowed:
            high = point
        else:
            low = point
        t = next_trial(low, high)
    return None


def next_trial(low: Point, high: Point | None) -> float:
    """Guess where the slope is zero, between two places or beyond one."""
    if high is None:
        return 4.0 * low.t
    zero = low.t + (high.t - low.t) * low.slope / (low.slope - high.slope)
    margin = 0.1 * (high.t - low.t)
    return float(np.clip(zero, low.t + margin, high.t - margin))


def penalty_along(penalty: Numbers, V: Numbers, D: Numbers) -> Parabola:
    """Give the penalty ½ Σ penalty (V + tD)² as the numbers of a + b t + c t²."""
    there, away = penalty * V, penalty * D
    return 0.5 * dot(there, V), dot(there, D), 0.5 * dot(away, D)


def on_line(loss: Loss, sums: Numbers, along: Numbers, parabola: Parabola, t: float) -> Point:
    """Give loss, slope and derivatives at ``sums + t along``."""
    value, pull = loss(sums + t * along)
    a, b, c = parabola
    return Point(t, value + a + t * (b + t * c), dot(pull, along) + b + 2 * t * c, pull)


def dot(one: Numbers, two: Numbers) -> float:
    """Give the sum of products of entries."""
    return float(np.vdot(one, two))
