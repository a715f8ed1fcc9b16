"""What an estimator is: an object with parameters that learns with ``fit``.

The contract is scikit-learn's, so that tools of both libraries take estimators
of both:

- ``__init__`` stores its parameters untouched and does nothing else;
- ``fit`` learns, stores what it learned in names that end in ``_``, returns self;
- ``get_params`` and ``set_params`` read and write the parameters, ``clone``
  makes an unfitted copy: that is all that a search over parameters needs;
- a fitted estimator is kept with ``pickle``, which notes the version that wrote it.

Nothing here imports scikit-learn. When scikit-learn asks an estimator for its
tags, it is loaded already, and the tags are made from its own classes.

Read `Estimator`, then the three kinds of it, then `clone`. How an estimator that can be
judged over many folds and parameters at once offers to do so is in `sharing.py`.
"""

import copy
import html
import importlib
import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any, Protocol, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

import aiguille
from aiguille.validation import (
    LARGEST_NUMBER,
    InconsistentVersionWarning,
    check_class_labels,
    check_consistent_length,
    check_numbers,
    check_same_kind,
    check_sample_weight,
    check_weights,
)

__all__ = [
    "Classifier",
    "Clusterer",
    "Estimator",
    "Regressor",
    "Remembers",
    "clone",
    "determination",
    "is_classifier",
    "log_probabilities",
]


class Estimator:
    """Base of every estimator: parameters, a readable repr, tags for scikit-learn.

    Examples
    --------
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> KNeighborsClassifier(n_neighbors=3)
    KNeighborsClassifier(n_neighbors=3)
    >>> KNeighborsClassifier().set_params(n_neighbors=1).get_params()["n_neighbors"]
    1
    """

    estimator_type: str | None = None
    largest_number: float = LARGEST_NUMBER

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give the parameters by name; with ``deep``, also those of estimators among them.

        Parameters
        ----------
        deep : bool
            Whether a parameter ``model`` that is an estimator itself adds
            ``model__its_parameter``.

        Returns
        -------
        dict
            Names to values.
        """
        params: dict[str, Any] = {}
        for name in parameter_defaults(type(self)):
            value = params[name] = getattr(self, name)
            if deep and hasattr(value, "get_params") and not isinstance(value, type):
                inner = value.get_params(deep=True)
                params.update({f"{name}__{key}": inner[key] for key in inner})
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name, ``model__its_parameter`` for those of an inner estimator.

        Raises
        ------
        ValueError
            If there is no parameter of that name; nothing is set then.
        """
        known = parameter_defaults(type(self))
        for name in params:
            if name.partition("__")[0] not in known:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}. "
                    f"Valid parameters are: {sorted(known)}."
                )
        # First an inner estimator itself, then its parameters.
        for name in sorted(params, key=lambda name: "__" in name):
            outer, _, inner = name.partition("__")
            if inner and not hasattr(getattr(self, outer), "set_params"):
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}: "
                    f"{outer}={getattr(self, outer)!r} is no estimator with parameters of its own."
                )
            if inner:
                getattr(self, outer).set_params(**{inner: params[name]})
            else:
                setattr(self, outer, params[name])
        return self

    def __repr__(self) -> str:
        defaults = parameter_defaults(type(self))
        changed = [
            f"{name}={getattr(self, name)!r}"
            for name, default in defaults.items()
            if not same_value(getattr(self, name), default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def _repr_html_(self) -> str:
        """Show it in a notebook: its name and parameters, those that were changed in bold."""
        defaults = parameter_defaults(type(self))
        rows = []
        for name, value in self.get_params(deep=False).items():
            weight = "normal" if same_value(value, defaults[name]) else "bold"
            inner = getattr(value, "_repr_html_", None) if not isinstance(value, type) else None
            shown = inner() if callable(inner) else html.escape(shortened(repr(value)))
            rows.append(
                f'<tr style="font-weight:{weight}"><td>{html.escape(name)}</td>'
                f'<td style="text-align:left">{shown}</td></tr>'
            )
        return (
            f"<details><summary>{html.escape(type(self).__name__)}</summary>"
            f"<table>{''.join(rows)}</table></details>"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Give what is pickled: all attributes, and the version that wrote them."""
        return {**vars(self), "_aiguille_version": aiguille.__version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Read what was pickled; warn if another version wrote it."""
        written = state.get("_aiguille_version", "unknown")
        if written != aiguille.__version__:
            # No name of the estimator: the same words are told once for all that a file holds.
            warnings.warn(
                f"A pickled estimator is of aiguille's version {written}, and this is "
                f"{aiguille.__version__}: it may not work or say something else. Read it with the "
                "version that wrote it, or fit it again and pickle that.",
                InconsistentVersionWarning,
                stacklevel=2,
            )
        self.__dict__.update(state)
        self.__dict__.pop("_aiguille_version", None)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn, which is loaded when it asks, what kind of estimator this is."""
        theirs = importlib.import_module("sklearn.utils")
        kind = self.estimator_type
        return theirs.Tags(
            estimator_type=kind,
            target_tags=theirs.TargetTags(required=kind in ("classifier", "regressor")),
            classifier_tags=theirs.ClassifierTags() if kind == "classifier" else None,
            regressor_tags=theirs.RegressorTags() if kind == "regressor" else None,
        )


class Classifier(Estimator):
    """Base of estimators that name the class of a sample."""

    estimator_type = "classifier"
    classes_: NDArray[Any]

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from samples ``X`` and their labels ``y``."""
        raise NotImplementedError(f"{type(self).__name__} has no fit")

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Name the class of each sample."""
        raise NotImplementedError(f"{type(self).__name__} has no predict")

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Tell which fraction of the samples gets its right name.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            The true labels.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        float
            The accuracy, between 0 and 1.

        Raises
        ------
        ValueError
            If lengths differ, ``y`` has numbers where ``fit`` had text or the other
            way round, or the weights are not finite or weigh nothing.
        """
        predicted, truth = np.asarray(self.predict(X)), check_class_labels(y)
        check_consistent_length(X=predicted, y=truth)
        check_same_kind(y=truth, prediction=predicted)
        if sample_weight is None:
            return float(np.mean(predicted == truth))
        weights = np.asarray(sample_weight)
        check_consistent_length(X=predicted, sample_weight=np.atleast_1d(weights))
        check_weights(weights)
        return float(np.average(predicted == truth, weights=weights))


class Regressor(Estimator):
    """Base of estimators that give a number, or several, for a sample."""

    estimator_type = "regressor"

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from samples ``X`` and their numbers ``y``."""
        raise NotImplementedError(f"{type(self).__name__} has no fit")

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Give the number of each sample."""
        raise NotImplementedError(f"{type(self).__name__} has no predict")

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Tell which share of the targets' variance the predictions explain.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            The true numbers.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        float
            The coefficient of determination R²: 1 for perfect predictions, 0 for those of
            the mean, less for worse ones; of several targets the mean.
        """
        predicted, truth = np.asarray(self.predict(X)), check_numbers(y)
        check_consistent_length(X=predicted, y=truth)
        weights = check_sample_weight(sample_weight, len(truth))
        return float(np.mean(determination(truth, predicted, weights)))


class Clusterer(Estimator):
    """Base of estimators that put samples into groups."""

    estimator_type = "clusterer"
    labels_: NDArray[np.intp]

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Put samples ``X`` into groups."""
        raise NotImplementedError(f"{type(self).__name__} has no fit")

    def fit_predict(self, X: ArrayLike, y: ArrayLike | None = None) -> NDArray[np.intp]:
        """Put samples into groups, and give the group of each.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
            It is there for the sake of pipelines.

        Returns
        -------
        ndarray of shape (n_samples,)
            ``labels_``.
        """
        return self.fit(X).labels_


def determination(
    truth: NDArray[Any], predicted: NDArray[Any], weights: NDArray[Any]
) -> NDArray[np.float64]:
    """Give R² for each target: one minus the squared error over that of the mean.

    A target that does not vary has 1 where it is met exactly, else 0.
    """
    truth, predicted = (a.reshape(len(a), -1).astype(np.float64) for a in (truth, predicted))
    mean = np.average(truth, axis=0, weights=weights)
    error = weights @ (truth - predicted) ** 2
    total = weights @ (truth - mean) ** 2
    varies = total > 0
    shares = np.where(error > 0, 0.0, 1.0)
    shares[varies] = 1 - error[varies] / total[varies]
    return shares


def log_probabilities(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn the logarithms of how much speaks for each class into those of probabilities.

    Parameters
    ----------
    sums : ndarray of shape (n_samples, n_classes), or (n_samples,) for two classes
        A single sum is that of the second class, beside 0 for the first. It may be infinite
        where a class cannot be, not for all classes of a sample.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)

    Examples
    --------
    >>> np.exp(log_probabilities(np.log([[1.0, 3.0]])))
    array([[0.25, 0.75]])
    """
    if sums.ndim == 1:
        return np.column_stack([-np.logaddexp(0, sums), -np.logaddexp(0, -sums)])
    sums = sums - sums.max(axis=1, keepdims=True)  # so that the largest never underflows
    logs: NDArray[np.float64] = sums - np.log(np.exp(sums).sum(axis=1, keepdims=True))
    return logs


def clone(estimator: Any, *, safe: bool = True) -> Any:
    """Make an unfitted copy with the same parameters.

    Parameters
    ----------
    estimator : estimator, or a list or tuple of them
        Ours or scikit-learn's; one that says how it is cloned
        (``__sklearn_clone__``) is asked.
    safe : bool
        With False, what is no estimator is deep-copied; else it is an error.

    Raises
    ------
    TypeError
        If it is no estimator and ``safe``.

    Examples
    --------
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> fitted = KNeighborsClassifier(1).fit([[0], [1]], ["a", "b"])
    >>> hasattr(clone(fitted), "classes_")
    False
    """
    if isinstance(estimator, (list, tuple, set, frozenset)):
        return type(estimator)(clone(each, safe=safe) for each in estimator)
    if hasattr(estimator, "__sklearn_clone__") and not inspect.isclass(estimator):
        return estimator.__sklearn_clone__()
    if not hasattr(estimator, "get_params") or inspect.isclass(estimator):
        if not safe:
            return copy.deepcopy(estimator)
        what = (
            f"the class {estimator.__name__}, not an instance"
            if inspect.isclass(estimator)
            else f"{estimator!r} (type {type(estimator).__name__})"
        )
        raise TypeError(f"Cannot clone {what}: an estimator has a 'get_params' method.")
    params = estimator.get_params(deep=False)
    copied = type(estimator)(**{name: clone(value, safe=False) for name, value in params.items()})
    # What set_output has chosen is no parameter, but a copy gives the same kind of frames.
    if hasattr(estimator, "_sklearn_output_config"):
        copied._sklearn_output_config = dict(estimator._sklearn_output_config)
    return copied


def is_classifier(estimator: Any) -> bool:
    """Whether an estimator, ours or scikit-learn's, names classes."""
    if hasattr(estimator, "estimator_type"):
        return bool(estimator.estimator_type == "classifier")
    if hasattr(estimator, "__sklearn_tags__"):
        return bool(estimator.__sklearn_tags__().estimator_type == "classifier")
    return False


def shortened(text: str, most: int = 200) -> str:
    """Cut a long text in the middle."""
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 2 :]}"


def parameter_defaults(kind: type) -> Mapping[str, Any]:
    """Parameters of an estimator's ``__init__``, sorted by name, with their defaults."""
    if kind not in DEFAULTS:  # a search asks thousands of times, and signatures are slow
        parameters = [
            parameter
            for parameter in inspect.signature(kind).parameters.values()
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        DEFAULTS[kind] = {p.name: p.default for p in sorted(parameters, key=lambda p: p.name)}
    return DEFAULTS[kind]


# What is known of the classes that are still there.
DEFAULTS: WeakKeyDictionary[type, Mapping[str, Any]] = WeakKeyDictionary()


def same_value(value: Any, default: Any) -> bool:
    """Whether a parameter has its default; arrays and other odd values never do."""
    return value is default or (type(value) is type(default) and repr(value) == repr(default))


class Remembers(Protocol):
    """Anything with ``cache``: `faineant.Memory`, `joblib.Memory`."""

    def cache(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Give a function that does not compute the same call twice."""
        ...
