"""Names of classes to numbers, and back."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator
from aiguille.validation import check_class_labels, check_fitted, check_same_kind

__all__ = ["LabelEncoder"]


class LabelEncoder(Estimator):
    """Number the classes, in sorted order.

    Estimators do so by themselves: this is for what else needs numbers.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes; each one's number is its place.

    Examples
    --------
    >>> encoder = LabelEncoder().fit(["Cy", "Ada", "Bea", "Ada"])
    >>> encoder.transform(["Ada", "Cy"])
    array([0, 2])
    >>> encoder.inverse_transform([1])
    array(['Bea'], dtype='<U3')
    """

    def __init__(self) -> None:
        pass

    def fit(self, y: ArrayLike) -> Self:
        """Learn which classes there are.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
        """
        self.classes_ = np.unique(check_class_labels(y))
        return self

    def fit_transform(self, y: ArrayLike) -> NDArray[np.intp]:
        """Learn which classes there are, and number the samples.

        Parameters
        ----------
        y : array-like of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        self.classes_, codes = np.unique(check_class_labels(y), return_inverse=True)
        return codes.astype(np.intp, copy=False)

    def transform(self, y: ArrayLike) -> NDArray[np.intp]:
        """Give the number of each sample's class.

        Parameters
        ----------
        y : array-like of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)

        Raises
        ------
        ValueError
            If ``fit`` has not seen a class.
        """
        check_fitted(self)
        if np.size(y) == 0:
            return np.empty(0, dtype=np.intp)
        labels = check_class_labels(y)
        check_same_kind(y=labels, classes_=self.classes_)
        codes = np.searchsorted(self.classes_, labels).clip(max=len(self.classes_) - 1)
        unseen = np.unique(labels[self.classes_[codes] != labels])
        if unseen.size:
            raise ValueError(
                f"y contains previously unseen labels: {unseen.tolist()}; fit has seen "
                f"{self.classes_.tolist()}."
            )
        return codes.astype(np.intp, copy=False)

    def inverse_transform(self, y: ArrayLike) -> NDArray[Any]:
        """Give the class of each number.

        Parameters
        ----------
        y : array-like of int of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)

        Raises
        ------
        ValueError
            If there is no class of that number.
        """
        check_fitted(self)
        codes = np.asarray(y)
        if codes.size == 0:
            return self.classes_[:0]
        if codes.ndim != 1 or codes.dtype.kind not in "iu":
            raise ValueError(f"y must be whole numbers in one dimension, got {codes!r}.")
        unseen = np.setdiff1d(codes, np.arange(len(self.classes_)))
        if unseen.size:
            raise ValueError(
                f"y contains previously unseen labels: {unseen.tolist()}; there are "
                f"{len(self.classes_)} classes, numbered from 0."
            )
        classes: NDArray[Any] = self.classes_[codes]
        return classes

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.target_tags.one_d_labels = True
        return tags
