"""Samples taken apart once, so that least squares with any penalty are a product away.

Read `Decomposed`: with the singular values and vectors of the centred samples it gives the
weights for every ``alpha``, and the errors on each sample left out. `singular_vectors` finds them
at the price of the shorter side of the samples where that loses no digits. `ridge_weights` is
the shorter way for a single penalty, `ridges` takes the one that fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiguille.parameters import check_real

__all__ = ["Decomposed", "check_alphas", "ridge_weights", "ridges", "singular_vectors"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Decomposed:
    """Samples, centred and weighted, as their singular values and vectors.

    Parameters
    ----------
    U : ndarray of shape (n_samples, rank)
    values : ndarray of shape (rank,)
    Vt : ndarray of shape (rank, n_features)
    mean : ndarray of shape (n_features,)
        What was subtracted.
    roots : ndarray of shape (n_samples,)
        Roots of the samples' weights, by which rows were multiplied.
    centred : bool
        Whether a mean was subtracted.
    """

    U: Numbers
    values: Numbers
    Vt: Numbers
    mean: Numbers
    roots: Numbers
    centred: bool

    @classmethod
    def of(cls, X: Numbers, weights: Numbers, centre: bool) -> "Decomposed":
        """Decompose samples; what is shorter than rounding errors is left out.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
        weights : ndarray of shape (n_samples,)
        centre : bool
            Whether to subtract the weighted mean.
        """
        rows, mean, roots = centred(X, weights, centre)
        return cls(*singular_vectors(rows), mean, roots, centre)

    def solve(self, Y: Numbers, alphas: Numbers) -> tuple[Numbers, Numbers]:
        """Give the weights of features, and what is added to their sum.

        Parameters
        ----------
        Y : ndarray of shape (n_samples, n_targets)
        alphas : ndarray of shape (n_targets,)
            The penalty for each target.

        Returns
        -------
        coef : ndarray of shape (n_targets, n_features)
        intercept : ndarray of shape (n_targets,)
        """
        rows, middle, _ = centred(Y, self.roots**2, self.centred)
        # values / (values² + alphas), without the square: it could overflow.
        with np.errstate(over="ignore", invalid="ignore"):
            stretch = self.values[:, None] + alphas / self.values[:, None]
            coef: Numbers = (self.U.T @ rows / stretch).T @ self.Vt
        if not np.isfinite(coef).all():
            raise ValueError(
                f"X differs by {self.values[0]:.0e} only, beside which weights would be infinite: "
                "multiply it by a constant."
            )
        return coef, middle - coef @ self.mean

    def errors_left_out(self, Y: Numbers, alphas: Numbers) -> Numbers:
        """Give the error on each sample of the models that are fitted on all others.

        Leaving a sample out stretches its error by what it has to say about itself (the
        diagonal of the hat matrix), so that nothing is fitted anew. All penalties are the columns
        of a few products.

        Parameters
        ----------
        Y : ndarray of shape (n_samples, n_targets)
        alphas : ndarray of shape (n_alphas,)

        Returns
        -------
        ndarray of shape (n_samples, n_targets, n_alphas)

        References
        ----------
        Allen (1974), "The relationship between variable selection and data augmentation and
        a method for prediction", Technometrics 16(1).
        """
        rows, _, _ = centred(Y, self.roots**2, self.centred)
        with np.errstate(over="ignore"):
            shares = self.values[:, None] / (self.values[:, None] + alphas / self.values[:, None])
        own = self.U**2 @ shares
        if self.centred:
            own += (self.roots**2 / (self.roots**2).sum())[:, None]
        errors = np.empty((*Y.shape, len(alphas)))
        for target, along in enumerate((self.U.T @ rows).T):
            fitted = self.U @ (shares * along[:, None])
            with np.errstate(divide="ignore", invalid="ignore"):
                stretched = (rows[:, [target]] - fitted) / (1 - own) / self.roots[:, None]
            errors[:, target] = np.where(np.isfinite(stretched), stretched, 0.0)
        return errors


def centred(X: Numbers, weights: Numbers, centre: bool) -> tuple[Numbers, Numbers, Numbers]:
    """Give rows from which the weighted mean is taken, times the roots of weights; both too."""
    roots = np.sqrt(weights)
    with np.errstate(over="ignore", invalid="ignore"):  # what is too large is told by whom it hurts
        mean = weights @ X / weights.sum() if centre else np.zeros(X.shape[1])
        rows = X - mean
        if (roots != 1).any():
            rows *= roots[:, None]
    return rows, mean, roots


def ridge_weights(
    X: Numbers, Y: Numbers, weights: Numbers, alphas: Numbers, centre: bool
) -> tuple[Numbers, Numbers]:
    """Give the weights of features, and what is added to their sums, as `Decomposed.solve` does.

    For one penalty there is a shorter way than a decomposition: a system of as many equations as
    the shorter side of ``X`` has.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    Y : ndarray of shape (n_samples, n_targets)
    weights : ndarray of shape (n_samples,)
    alphas : ndarray of shape (n_targets,)
    centre : bool
        Whether a number may be added.

    Returns
    -------
    coef : ndarray of shape (n_targets, n_features)
    intercept : ndarray of shape (n_targets,)
    """
    rows, mean, roots = centred(X, weights, centre)
    targets, middle, _ = centred(Y, weights, centre)
    solved = with_one_penalty(rows, targets, alphas[0]) if np.ptp(alphas) == 0 else None
    if solved is None:
        return Decomposed(*singular_vectors(rows), mean, roots, centre).solve(Y, alphas)
    return solved.T, middle - mean @ solved


def ridges(
    X: Numbers, Y: Numbers, weights: Numbers, alphas: Sequence[Numbers], centre: bool
) -> list[tuple[Numbers, Numbers]]:
    """Give what `ridge_weights` gives for each of several sets of penalties."""
    if len(alphas) == 1:
        return [ridge_weights(X, Y, weights, alphas[0], centre)]
    found = Decomposed.of(X, weights, centre)
    return [found.solve(Y, each) for each in alphas]


def with_one_penalty(X: Numbers, Y: Numbers, alpha: float) -> Numbers | None:
    """Solve for the weights of features, (n_features, n_targets); None where digits would be lost.

    The matrix of the equations holds squares, which lose digits. What the weights leave
    over is computed from ``X`` itself, and solved for again: that gives the digits back, if half
    of them were right.
    """
    wide = len(X) < X.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        square = X @ X.T if wide else X.T @ X
    if not alpha > HALF_OF_THE_DIGITS * np.trace(square):
        return None
    square.flat[:: len(square) + 1] += alpha
    # To solve twice takes less than an inverse does.
    found: NDArray[Any] = np.linalg.solve(square, Y if wide else X.T @ Y)
    if wide:
        found += np.linalg.solve(square, Y - X @ (X.T @ found) - alpha * found)
    else:
        found += np.linalg.solve(square, X.T @ (Y - X @ found) - alpha * found)
    return np.asarray(X.T @ found) if wide else found


HALF_OF_THE_DIGITS = 1e-8
"""The least penalty beside the sum of squares for which equations of squares are solved."""


def singular_vectors(X: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Give the singular values of a matrix and their vectors, without those that are zero.

    The eigenvectors of X Xᵀ (or XᵀX, whichever is smaller) are those of ``X``, and take a
    fraction of the time. But squares have room for half of the digits only: a singular value
    below some 1e-8 of the largest drowns. Where one could, ``X`` itself is decomposed.

    Parameters
    ----------
    X : ndarray of shape (n, d)

    Returns
    -------
    U, values, Vt : ndarrays of shapes (n, rank), (rank,), (rank, d)
        The largest first.
    """
    if len(X) > X.shape[1]:
        V, values, Ut = singular_vectors(X.T)
        return Ut.T, values, V.T
    largest = float(max(X.max(), -X.min()))
    if not largest < 1e300:
        raise ValueError("X has values so large that sums overflow: divide it by a constant.")
    # A power of two changes no digit, and keeps the squares from overflow and underflow.
    exponent = int(np.frexp(largest)[1])
    scaled = X if abs(exponent) < 200 else np.ldexp(X, -exponent)
    squares, U = np.linalg.eigh(scaled @ scaled.T)
    squares, U = squares[::-1], U[:, ::-1]
    Vt = U.T @ scaled
    values = np.sqrt(np.einsum("ij,ij->i", Vt, Vt))
    nothing = np.finfo(np.float64).eps * max(X.shape) * values[0]
    rank = int((squares > CLEAR * squares[0]).sum())
    # What is not clear must be nothing: its length tells, which is no square.
    if values[rank:].max(initial=0.0) > nothing:
        U, values, Vt = np.linalg.svd(scaled, full_matrices=False)
        rank = int((values > nothing).sum())
    else:
        Vt = np.divide(Vt[:rank], values[:rank, None], out=Vt[:rank])
    values = values if scaled is X else np.ldexp(values, exponent)
    return U[:, :rank], values[:rank], Vt[:rank]


CLEAR = 1e-7
"""An eigenvalue of more than this share of the largest has vectors that are good to 1e-9."""


def check_alphas(alpha: Any, n_targets: int) -> Numbers:
    """Give a penalty for each target."""
    if np.ndim(alpha) == 0:
        return np.full(n_targets, check_real("alpha", alpha))
    alphas = np.asarray(alpha, dtype=np.float64)
    if alphas.shape != (n_targets,) or not (alphas >= 0).all():
        raise ValueError(
            f"alpha={alpha!r} must be a number of at least 0, or one for each of the {n_targets} "
            "targets."
        )
    return alphas
