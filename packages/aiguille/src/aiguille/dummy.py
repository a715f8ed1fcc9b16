"""Chance, the baseline: a classifier that never looks at the samples.

Is 90 % right a good score? Not if nine samples out of ten are of one class: then a model that
always names that class gets as much, and has learned nothing. So before you believe a number, ask
what chance gets. `DummyClassifier` answers: it learns how frequent the classes are, and guesses.
A model is worth what it does better.

Read `DummyClassifier.fit`, then `predict_proba`, where each strategy is one line.
"""

from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Classifier
from aiguille.parameters import check_random_state
from aiguille.validation import (
    check_class_labels,
    check_consistent_length,
    check_fitted,
    check_weights,
    n_rows,
    remember_features,
)

__all__ = ["DummyClassifier"]

Strategy = Literal["prior", "most_frequent", "stratified", "uniform", "constant"]


class DummyClassifier(Classifier):
    """Guess the class of a sample without looking at it.

    Parameters
    ----------
    strategy : {"prior", "most_frequent", "stratified", "uniform", "constant"}, default="prior"
        What to guess:

        - "prior": the most frequent class; ``predict_proba`` gives the frequencies.
        - "most_frequent": the same class; ``predict_proba`` is sure of it.
        - "stratified": a class drawn at random, frequent ones more often.
        - "uniform": a class drawn at random, each as often as the others.
        - "constant": always the class given as ``constant``.
    random_state : int, RandomState or None, default=None
        The seed of the draws. An int gives the same guesses each time.
    constant : int, str or bool, default=None
        The class that the strategy "constant" names; one of those in ``y``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted.
    n_classes_ : int
        Their number.
    class_prior_ : ndarray of shape (n_classes,)
        How frequent each is among the training samples; the sum is 1.

    Notes
    -----
    As the samples are only counted, they may be anything: pictures, texts, numbers with gaps.
    For the same seed, the guesses are those of scikit-learn.

    Examples
    --------
    >>> samples, labels = np.zeros((4, 1)), ["common", "common", "common", "rare"]
    >>> model = DummyClassifier().fit(samples, labels)
    >>> model.score(samples, labels)
    0.75
    >>> model.predict_proba(samples[:1])
    array([[0.75, 0.25]])
    """

    n_classes_: int
    class_prior_: NDArray[np.float64]

    def __init__(
        self,
        *,
        strategy: Strategy = "prior",
        random_state: int | np.random.RandomState | None = None,
        constant: Any = None,
    ) -> None:
        self.strategy = strategy
        self.random_state = random_state
        self.constant = constant

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn how frequent each class is.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Only their number matters.
        y : array-like of shape (n_samples,)
            Their classes.
        sample_weight : array-like of shape (n_samples,), default=None
            How much each sample counts.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If there is no such strategy, the lengths differ, or the constant is no class of ``y``.
        """
        if self.strategy not in get_args(Strategy):
            raise ValueError(f"strategy={self.strategy!r} must be one of {get_args(Strategy)}")
        labels = check_class_labels(y)
        rows = range(n_rows(X))
        check_consistent_length(X=rows, y=labels)
        weights = None
        if sample_weight is not None:
            weights = np.asarray(sample_weight)
            check_consistent_length(X=rows, sample_weight=weights)
            check_weights(weights)
        remember_features(self, X)
        shape: tuple[int, ...] = getattr(X, "shape", ())
        if len(shape) > 1:
            self.n_features_in_ = int(shape[1])

        self.classes_, codes = np.unique(labels, return_inverse=True)
        self.n_classes_ = len(self.classes_)
        counts = np.bincount(codes, weights)
        self.class_prior_ = counts / counts.sum()
        if self.strategy == "constant":
            self._constant_code = code_of(self.constant, self.classes_)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Guess a class for each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Only their number matters.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        check_fitted(self)
        if self.strategy == "uniform":
            # With equal probabilities there is no most probable class: draw one.
            random = check_random_state(self.random_state)
            codes = random.randint(self.n_classes_, size=n_rows(X))
        elif self.strategy == "prior":
            codes = np.full(n_rows(X), self.class_prior_.argmax())
        else:
            codes = self.predict_proba(X).argmax(axis=1)
        guesses: NDArray[Any] = self.classes_[codes]
        return guesses

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Give each class a probability; a class that was drawn at random is sure.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Only their number matters.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The columns are in the order of ``classes_``.
        """
        check_fitted(self)
        certain = np.eye(self.n_classes_)
        match self.strategy:
            case "prior":
                each = self.class_prior_
            case "most_frequent":
                each = certain[self.class_prior_.argmax()]
            case "uniform":
                each = np.full(self.n_classes_, 1 / self.n_classes_)
            case "constant":
                each = certain[self._constant_code]
            case "stratified":
                random = check_random_state(self.random_state)
                drawn = random.multinomial(1, self.class_prior_, size=n_rows(X))
                return drawn.astype(np.float64)
        return np.tile(each, (n_rows(X), 1))

    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:
        """Give the logarithm of `predict_proba`, minus infinity for what cannot be.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Only their number matters.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        with np.errstate(divide="ignore"):
            log_proba: NDArray[np.float64] = np.log(self.predict_proba(X))
        return log_proba

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        tags.no_validation = True
        tags.input_tags.sparse = True
        return tags


def code_of(constant: Any, classes: NDArray[Any]) -> int:
    """Give the place of the constant among the classes."""
    if constant is None:
        raise ValueError(
            "Constant target value has to be specified when the constant strategy is used: "
            f"constant= one of {classes.tolist()}"
        )
    found = np.flatnonzero(classes == np.ravel(constant)[:1])
    if np.size(constant) != 1 or found.size == 0:
        raise ValueError(
            "The constant target value must be present in the training data. You provided "
            f"constant={constant!r}. Possible values are: {classes.tolist()}."
        )
    return int(found[0])
