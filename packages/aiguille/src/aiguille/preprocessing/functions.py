"""Any function on samples as a transformer, for a place in a pipeline."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.transformers import Transformer, names_of_features
from aiguille.validation import check_array, check_data, n_rows, remember_features

__all__ = ["FunctionTransformer"]


class FunctionTransformer(Transformer):
    """Apply a function.

    Parameters
    ----------
    func, inverse_func : callable, optional
        Called with the samples; None leaves them as they are.
    validate : bool
        Whether the samples must be an array of finite numbers; else the functions get
        what was given, a data frame as well.
    kw_args, inv_kw_args : dict, optional
        More arguments of the functions.
    feature_names_out : "one-to-one" or callable, optional
        What ``get_feature_names_out`` gives: the names of the input, or what the callable
        makes of this transformer and these names.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns, where ``fit`` could tell.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Examples
    --------
    >>> FunctionTransformer(np.log1p, inverse_func=np.expm1).fit_transform([[0.0, 1.0]])
    array([[0.        , 0.69314718]])
    """

    largest_number = np.inf

    def __init__(
        self,
        func: Callable[..., Any] | None = None,
        inverse_func: Callable[..., Any] | None = None,
        *,
        validate: bool = False,
        kw_args: Mapping[str, Any] | None = None,
        inv_kw_args: Mapping[str, Any] | None = None,
        feature_names_out: Any = None,
    ) -> None:
        self.func = func
        self.inverse_func = inverse_func
        self.validate = validate
        self.kw_args = kw_args
        self.inv_kw_args = inv_kw_args
        self.feature_names_out = feature_names_out

    def fit(self, X: Any, y: ArrayLike | None = None) -> Self:
        """Learn the number of columns, which is all that there is to learn.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        """
        if self.validate:
            check_data(self, X)
            return self
        remember_features(self, X)
        shape = getattr(X, "shape", None) or np.shape(X)
        self.n_features_in_ = int(shape[1]) if len(shape) > 1 else 1
        return self

    def transform(self, X: Any) -> Any:
        """Apply the function.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        array-like
            What the function gives.
        """
        return self._applied(self.func, X, self.kw_args)

    def inverse_transform(self, X: Any) -> Any:
        """Apply the inverse function.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        array-like
            What the function gives.
        """
        return self._applied(self.inverse_func, X, self.inv_kw_args)

    def _applied(self, function: Callable[..., Any] | None, X: Any, kw_args: Any) -> Any:
        samples = check_array(X, keep_float32=True) if self.validate else X
        n_rows(samples)
        return samples if function is None else function(samples, **(kw_args or {}))

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Give the names of the columns that the function makes.

        Parameters
        ----------
        input_features : array-like of str of shape (n_features,), optional
            By default the names that ``fit`` has seen, or x0, x1 and so on.

        Returns
        -------
        ndarray of str objects

        Raises
        ------
        AttributeError
            If ``feature_names_out`` does not say how they are named.
        """
        if self.feature_names_out is None and self.func is not None:
            raise AttributeError(
                "This FunctionTransformer does not know the names of the columns that its "
                "function makes: give feature_names_out='one-to-one' if they are those of the "
                "input, or a function."
            )
        names = names_of_features(self, input_features)
        if callable(self.feature_names_out):
            return np.asarray(self.feature_names_out(self, names), dtype=object)
        return names

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.no_validation = tags.input_tags.sparse = not self.validate
        tags.requires_fit = False
        return tags
