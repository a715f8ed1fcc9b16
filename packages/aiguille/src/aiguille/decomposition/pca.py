"""Principal components of samples that are all at hand: `PCA`.

`fit_components` centres the samples, finds their axes (`axes.py`), and keeps as many
as were asked for (`how_many`).
"""

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.decomposition.axes import SOLVERS, Numbers, Solver, axes_around
from aiguille.decomposition.components import Components
from aiguille.decomposition.gaussian import likely_dimension, log_density
from aiguille.fitting import FitAll, fits_in_groups, remember_the_same_features
from aiguille.parameters import check_option, check_whole
from aiguille.validation import check_data, check_samples

__all__ = ["PCA"]


class PCA(Components):
    """Describe samples by where they lie along the directions of largest variance.

    Parameters
    ----------
    n_components : int, float, "mle" or None
        How many components; a number between 0 and 1 asks for as many as explain that
        share of the variance; "mle" for the number that makes the samples most probable
        (`likely_dimension`); None for all, as many as there are samples or features.
    copy : bool
        Ignored, and there because scikit-learn has it: the input is never changed.
    whiten : bool
        Whether to give each component variance 1.
    svd_solver : {"auto", "full", "covariance_eigh", "randomized"}
        As for `principal_axes`.
    iterated_power : int or "auto"
        Of "randomized": how many products.
    n_oversamples : int
        Of "randomized": how many more directions.
    random_state : None, int or RandomState
        Of "randomized".

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features)
        The directions, of length one, by descending variance.
    explained_variance_, explained_variance_ratio_ : ndarray of shape (n_components,)
        The variance along each, and its share of all.
    singular_values_ : ndarray of shape (n_components,)
        Those of the centred samples.
    mean_ : ndarray of shape (n_features,)
        Of the samples.
    n_components_, n_samples_, n_features_in_ : int
        How many components, samples and features.
    noise_variance_ : float
        The mean variance along the directions that are left out.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Turk & Pentland (1991), "Eigenfaces for recognition", Journal of Cognitive
    Neuroscience 3(1).

    Examples
    --------
    >>> X = [[0, 0, 1], [2, 2, 1], [4, 4, 1], [6, 6, 1.1]]
    >>> model = PCA(n_components=1).fit(X)
    >>> model.components_.round(2), model.explained_variance_ratio_.round(3)
    (array([[0.71, 0.71, 0.01]]), array([1.]))
    >>> model.inverse_transform(model.transform([[3, 3, 1]])).round(1)
    array([[3., 3., 1.]])
    """

    n_components_: int
    n_samples_: int

    def __init__(
        self,
        n_components: int | float | Literal["mle"] | None = None,
        *,
        copy: bool = True,
        whiten: bool = False,
        svd_solver: Solver = "auto",
        iterated_power: int | Literal["auto"] = "auto",
        n_oversamples: int = 10,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.copy = copy
        self.whiten = whiten
        self.svd_solver = svd_solver
        self.iterated_power = iterated_power
        self.n_oversamples = n_oversamples
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Find the components.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            At least two samples.
        y : ignored
        """
        fit_components([self], X)
        return self

    @classmethod
    def share_fits(cls, estimators: Sequence[Self]) -> FitAll | None:
        """One decomposition serves every number of components; see `aiguille.fitting`."""
        if any(each.svd_solver == "randomized" for each in estimators):
            return None  # what is drawn depends on their number
        return fits_in_groups(
            estimators, lambda models, X, _: fit_components(models, X), but=["n_components"]
        )

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Tell how probable each sample is, by a Gaussian with these components.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            The logarithm of its probability density.

        Raises
        ------
        ValueError
            If there is no variance along some direction: then there is no density.

        References
        ----------
        Tipping & Bishop (1999), "Probabilistic principal component analysis", Journal of the
        Royal Statistical Society B 61(3).
        """
        samples = check_samples(self, X)
        return log_density(
            samples - self.mean_, self.components_, self.explained_variance_, self.noise_variance_
        )

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Tell how probable samples are: the mean of `score_samples`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored

        Returns
        -------
        float
        """
        return float(self.score_samples(X).mean())

    def _options(self) -> dict[str, Any]:
        if self.svd_solver != "randomized":
            return {}
        return {
            "n_oversamples": self.n_oversamples,
            "n_iter": self.iterated_power,
            "random_state": self.random_state,
        }


def fit_components(models: Sequence[PCA], X: ArrayLike) -> None:
    """Fit models that differ in how many components they keep, by one decomposition."""
    solver = check_option("svd_solver", models[0].svd_solver, SOLVERS)
    given = check_data(models[0], X, min_samples=2, keep_float32=True)
    remember_the_same_features(models)
    most = min(given.shape)
    wanted = [check_n_components(model.n_components, given.shape, solver) for model in models]
    mean = given.mean(axis=0, dtype=np.float64)
    found = max(number if isinstance(number, int) else most for number in wanted)
    values, axes, total = axes_around(given, mean, found, solver, **models[0]._options())
    variance = total / (len(given) - 1)
    variances = values**2 / (len(given) - 1)
    ratios = variances / variance if variance > 0 else np.zeros(found)
    for model, number in zip(models, wanted, strict=True):
        count = how_many(number, variances, ratios, len(given))
        rest = max(variance - float(variances[:count].sum()), 0.0)
        model.n_samples_ = len(given)
        model.n_components_ = count
        model.noise_variance_ = rest / (most - count) if count < most else 0.0
        for name, learned in {
            "mean_": mean,
            "components_": axes[:count],
            "explained_variance_": variances[:count],
            "explained_variance_ratio_": ratios[:count],
            "singular_values_": values[:count],
        }.items():
            setattr(model, name, learned.astype(given.dtype, copy=False))


def check_n_components(
    n_components: Any, shape: tuple[int, ...], solver: str
) -> int | float | Literal["mle"]:
    """Give the number of components, or what it is to be found by."""
    most = min(shape)
    if n_components is None:
        return most
    if isinstance(n_components, str) and n_components == "mle":
        if shape[0] < shape[1] or solver == "randomized":
            raise ValueError(
                "n_components='mle' is only supported if n_samples >= n_features, and not with "
                f"svd_solver='randomized'; got {shape[0]} samples of {shape[1]} features and "
                f"svd_solver={solver!r}: give a number of components."
            )
        return "mle"
    if isinstance(n_components, float | np.floating) and 0 < n_components < 1:
        if solver == "randomized":
            raise ValueError(
                f"n_components={n_components!r} asks for a share of the variance, which "
                "svd_solver='randomized' cannot tell: give a whole number, or another solver."
            )
        return float(n_components)
    if isinstance(n_components, int | np.integer) and n_components > most:
        raise ValueError(
            f"n_components={n_components!r} must be between 1 and min(n_samples, "
            f"n_features)={most} with svd_solver={solver!r}."
        )
    return check_whole("n_components", n_components, at_most=most)


def how_many(
    wanted: int | float | Literal["mle"],
    variances: Numbers,
    ratios: Numbers,
    n_samples: int,
) -> int:
    """Tell how many components to keep, now that the variance along each is known."""
    if isinstance(wanted, int):
        return wanted
    if wanted == "mle":
        return likely_dimension(variances, n_samples)
    explained = np.cumsum(ratios)
    return min(int(np.searchsorted(explained, wanted, side="right")) + 1, len(ratios))
