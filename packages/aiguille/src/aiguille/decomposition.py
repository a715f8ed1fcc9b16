"""Principal components: the directions in which samples differ most.

Read `principal_axes` (one decomposition of a matrix, in three ways), then `PCA`, then
`IncrementalPCA`, which sees the samples part by part.
"""

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.parameters import check_option, check_random_state, check_whole
from aiguille.transformers import Transformer
from aiguille.validation import check_array, check_data, check_fitted, check_samples

__all__ = ["PCA", "IncrementalPCA", "principal_axes", "randomized_svd"]

Numbers = NDArray[np.float64]
Solver = Literal["auto", "full", "covariance_eigh", "randomized"]
SOLVERS = ("auto", "full", "covariance_eigh", "randomized")
FAINT = 1e-10  # of the largest eigenvalue; below, squares have lost what tells directions


def principal_axes(
    X: Numbers, n_components: int, solver: Solver = "auto", **options: Any
) -> tuple[Numbers, Numbers]:
    """Find the directions in which rows of a matrix are longest.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Centred samples.
    n_components : int
        How many directions.
    solver : {"auto", "full", "covariance_eigh", "randomized"}
        - "full": the singular values of ``X``, exact to the last bits.
        - "covariance_eigh": eigenvectors of ``X.T @ X`` or of ``X @ X.T``, whichever is
          smaller. Three times as fast where one side is short, and exact unless
          directions are wanted whose variance is 1e-10 of the largest: then "full".
        - "randomized": a few products with some random directions (`randomized_svd`).
        - "auto": "full" for small matrices, or where nearly all directions are wanted,
          else "covariance_eigh".
    **options
        For `randomized_svd`.

    Returns
    -------
    singular_values : ndarray of shape (n_components,)
        Descending.
    axes : ndarray of shape (n_components, n_features)
        Of length one; the entry of each that is largest is positive.

    Examples
    --------
    >>> values, axes = principal_axes(np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0]]), 1)
    >>> values.round(2), axes
    (array([4.24]), array([[1., 0.]]))
    """
    small = max(X.shape) <= 500 or n_components >= 0.8 * min(X.shape)
    if solver == "auto":
        solver = "full" if small else "covariance_eigh"
    if solver == "randomized":
        _, values, axes = randomized_svd(X, n_components, **options)
    elif solver == "covariance_eigh":
        values, axes = by_squares(X, n_components)
    else:
        _, values, axes = np.linalg.svd(X, full_matrices=False)
    values, axes = values[:n_components], axes[:n_components]
    largest = np.abs(axes).argmax(axis=1)
    return values, axes * np.sign(axes[np.arange(len(axes)), largest])[:, None]


def by_squares(X: Numbers, n_components: int) -> tuple[Numbers, Numbers]:
    """Decompose by the eigenvectors of a matrix of squares, on the short side of ``X``."""
    wide = X.shape[0] < X.shape[1]
    squares = X @ X.T if wide else X.T @ X
    eigenvalues, vectors = np.linalg.eigh(squares)
    eigenvalues = eigenvalues[::-1][:n_components].clip(0)
    vectors = vectors[:, ::-1][:, :n_components]
    if eigenvalues[-1] <= FAINT * eigenvalues[0]:
        _, values, axes = np.linalg.svd(X, full_matrices=False)
        return values, axes
    values = np.sqrt(eigenvalues)
    return values, (vectors.T @ X) / values[:, None] if wide else vectors.T


def randomized_svd(
    X: Numbers,
    n_components: int,
    *,
    n_oversamples: int = 10,
    n_iter: int | Literal["auto"] = "auto",
    random_state: Any = None,
) -> tuple[Numbers, Numbers, Numbers]:
    """Find the largest singular values by products with some random directions.

    What these directions span leans towards the wanted ones, more with each product. In
    the small space that is left, the decomposition is exact.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    n_components : int
        How many.
    n_oversamples : int
        How many more directions to take, so that the last ones are found too.
    n_iter : int or "auto"
        How many products; by default 7 for few components, else 4.
    random_state : None, int or RandomState
        For the directions.

    Returns
    -------
    U, singular_values, Vt : ndarrays
        Of shapes (n_samples, n_components), (n_components,), (n_components, n_features).

    References
    ----------
    Halko, Martinsson & Tropp (2011), "Finding structure with randomness: probabilistic
    algorithms for constructing approximate matrix decompositions", SIAM Review 53(2).

    Examples
    --------
    >>> X = np.outer([1.0, 2.0, 3.0], [1.0, 1.0])
    >>> randomized_svd(X, 1, random_state=0)[1].round(6)
    array([5.291503])
    """
    random = check_random_state(random_state)
    if n_iter == "auto":
        n_iter = 7 if n_components < 0.1 * min(X.shape) else 4
    width = min(n_components + n_oversamples, *X.shape)
    basis, _ = np.linalg.qr(X @ random.normal(size=(X.shape[1], width)))
    for _ in range(n_iter):
        basis, _ = np.linalg.qr(X.T @ basis)
        basis, _ = np.linalg.qr(X @ basis)
    U, values, Vt = np.linalg.svd(basis.T @ X, full_matrices=False)
    return (basis @ U)[:, :n_components], values[:n_components], Vt[:n_components]


class Components(Transformer):
    """What both estimators do with components once they have them."""

    components_: NDArray[Any]
    explained_variance_: NDArray[Any]
    mean_: NDArray[Any]
    whiten: bool

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Say where samples lie along each component.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_components)
        """
        samples = check_samples(self, X, keep_float32=True)
        along: NDArray[Any] = (samples - self.mean_) @ self.components_.T
        if self.whiten:
            along = along / whitening(self.explained_variance_)
        return along.astype(samples.dtype, copy=False)

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Make samples of positions along the components.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            What of the samples the components hold.
        """
        check_fitted(self)
        along = check_array(X, keep_float32=True)
        if along.shape[1] != len(self.components_):
            raise ValueError(
                f"X has {along.shape[1]} columns, but there are {len(self.components_)} "
                "components: give as many columns as transform gives."
            )
        stretched = along * whitening(self.explained_variance_) if self.whiten else along
        samples: NDArray[Any] = stretched @ self.components_ + self.mean_
        return samples.astype(along.dtype, copy=False)

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)


def whitening(variances: NDArray[Any]) -> NDArray[Any]:
    """Give the deviations to divide by; a component without variance is left alone."""
    deviations: NDArray[Any] = np.sqrt(variances)
    deviations[deviations <= np.finfo(deviations.dtype).eps] = 1
    return deviations


class PCA(Components):
    """Describe samples by where they lie along the directions of largest variance.

    Parameters
    ----------
    n_components : int, float or None
        How many components; a number between 0 and 1 asks for as many as explain that
        share of the variance; None for all, as many as there are samples or features.
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

    def __init__(
        self,
        n_components: int | float | None = None,
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
        check_option("svd_solver", self.svd_solver, SOLVERS)
        given = check_data(self, X, min_samples=2, keep_float32=True)
        most = min(given.shape)
        wanted = check_n_components(self.n_components, most, self.svd_solver)
        mean = given.mean(axis=0, dtype=np.float64)
        centred = given - mean
        variance = float(np.einsum("ij,ij->", centred, centred)) / (len(given) - 1)
        count = most if isinstance(wanted, float) else wanted
        values, axes = principal_axes(centred, count, self.svd_solver, **self._options())
        variances = values**2 / (len(given) - 1)
        ratios = variances / variance if variance > 0 else np.zeros(count)
        if isinstance(wanted, float):
            count = int(np.searchsorted(np.cumsum(ratios), wanted, side="right")) + 1
            count = min(count, most)
        rest = max(variance - float(variances[:count].sum()), 0.0)
        self.n_samples_ = len(given)
        self.n_components_ = count
        self.noise_variance_ = rest / (most - count) if count < most else 0.0
        for name, found in {
            "mean_": mean,
            "components_": axes[:count],
            "explained_variance_": variances[:count],
            "explained_variance_ratio_": ratios[:count],
            "singular_values_": values[:count],
        }.items():
            setattr(self, name, found.astype(given.dtype, copy=False))
        return self

    def _options(self) -> dict[str, Any]:
        if self.svd_solver != "randomized":
            return {}
        return {
            "n_oversamples": self.n_oversamples,
            "n_iter": self.iterated_power,
            "random_state": self.random_state,
        }


def check_n_components(n_components: Any, most: int, solver: str) -> int | float:
    """Give the number of components, or the share of variance that they shall explain."""
    if n_components is None:
        return most
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


class IncrementalPCA(Components):
    """Find principal components of samples that come part by part.

    Only one part at a time is in memory, with the components of those before.

    Parameters
    ----------
    n_components : int, optional
        How many; by default as many as the first part has samples or features.
    whiten : bool
        Whether to give each component variance 1.
    copy : bool
        Ignored, and there because scikit-learn has it: the input is never changed.
    batch_size : int, optional
        How many samples ``fit`` takes at a time; by default five for each feature.

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features)
        The directions, of length one, by descending variance.
    explained_variance_, explained_variance_ratio_ : ndarray of shape (n_components,)
        The variance along each, and its share of all.
    singular_values_ : ndarray of shape (n_components,)
        Those of the centred samples.
    mean_, var_ : ndarray of shape (n_features,)
        Of the samples.
    noise_variance_ : float
        The mean variance along the directions that are left out.
    n_components_, n_samples_seen_, batch_size_, n_features_in_ : int
        How many components, samples, samples at a time, and features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Ross, Lim, Lin & Yang (2008), "Incremental learning for robust visual tracking",
    International Journal of Computer Vision 77.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 3)) * [9, 3, 1]
    >>> model = IncrementalPCA(n_components=1)
    >>> for part in np.array_split(X, 3):
    ...     model = model.partial_fit(part)
    >>> np.abs(model.components_).round(1)
    array([[1., 0., 0.]])
    """

    n_samples_seen_: int
    n_components_: int
    var_: Numbers
    singular_values_: Numbers

    def __init__(
        self,
        n_components: int | None = None,
        *,
        whiten: bool = False,
        copy: bool = True,
        batch_size: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.whiten = whiten
        self.copy = copy
        self.batch_size = batch_size

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Find the components, some samples at a time.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        """
        self.__dict__.pop("components_", None)
        given = check_data(self, X, keep_float32=True)
        size = 5 * given.shape[1] if self.batch_size is None else self.batch_size
        self.batch_size_ = check_whole("batch_size", size)
        least = self.n_components or 1
        start = 0
        while start < len(given):
            end = start + self.batch_size_
            if len(given) - end < least:  # too few are left for a part of their own
                end = len(given)
            self._learn(given[start:end])
            start = end
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn from some more samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The first time at least as many as there are components.
        y : ignored
        """
        first = not hasattr(self, "components_")
        given = (check_data if first else check_samples)(self, X, keep_float32=True)
        self._learn(given)
        return self

    def _learn(self, given: NDArray[Any]) -> None:
        """Decompose the components so far, as long as they are, beside the new samples."""
        n, mean = len(given), given.mean(axis=0, dtype=np.float64)
        rows = given - mean
        scatter = np.einsum("ij,ij->j", rows, rows)
        if not hasattr(self, "components_"):
            most = min(given.shape)
            n_components = most if self.n_components is None else self.n_components
            if check_whole("n_components", n_components) > most:
                raise ValueError(
                    f"n_components={n_components} must be less or equal to the batch number of "
                    f"samples {n} for the first partial_fit call, and to the number of features "
                    f"{given.shape[1]}."
                )
            seen, total_mean, total_scatter = n, mean, scatter
        else:
            before, n_components = self.n_samples_seen_, self.n_components_
            seen, apart = before + n, mean - self.mean_
            total_mean = self.mean_ + apart * (n / seen)
            total_scatter = self.var_ * before + scatter + apart**2 * (before * n / seen)
            shift = np.sqrt(before * n / seen) * -apart
            rows = np.vstack([self.singular_values_[:, None] * self.components_, rows, shift])
        values, axes = principal_axes(rows, min(rows.shape), "full")
        variances = values**2 / max(seen - 1, 1)
        everything = total_scatter.sum()
        self.n_samples_seen_, self.n_components_ = seen, n_components
        self.components_, self.singular_values_ = axes[:n_components], values[:n_components]
        self.mean_, self.var_ = total_mean, total_scatter / seen
        self.explained_variance_ = variances[:n_components]
        shares = values**2 / everything if everything > 0 else np.zeros(len(values))
        self.explained_variance_ratio_ = shares[:n_components]
        left_out = variances[n_components:]
        self.noise_variance_ = float(left_out.mean()) if left_out.size else 0.0
