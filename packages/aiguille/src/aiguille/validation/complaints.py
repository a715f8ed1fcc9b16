"""What estimators raise and warn with, where Python's own classes say too little."""

import sys
from typing import Any

__all__ = [
    "ConvergenceWarning",
    "DataConversionWarning",
    "InconsistentVersionWarning",
    "NotFittedError",
    "not_fitted_error",
]


class NotFittedError(ValueError, AttributeError):
    """An estimator was asked to predict before it was fitted."""


class ConvergenceWarning(UserWarning):
    """An algorithm has stopped before it was done: its result is not the best."""


class DataConversionWarning(UserWarning):
    """The input was understood, but only after a change of its shape."""


class InconsistentVersionWarning(UserWarning):
    """A pickled estimator is of another version of this library than the one that reads it."""


def not_fitted_error(message: str) -> NotFittedError:
    """Make the error; where scikit-learn is loaded, one that its ``except`` catches too.

    Examples
    --------
    >>> raise not_fitted_error("call fit first")
    Traceback (most recent call last):
    ...
    aiguille.validation.complaints.NotFittedError: call fit first
    """
    theirs = sys.modules.get("sklearn.exceptions")
    if theirs is None:
        return NotFittedError(message)

    class BothNotFittedError(NotFittedError, theirs.NotFittedError):  # type: ignore[name-defined, misc]
        def __reduce__(self) -> tuple[Any, ...]:
            return not_fitted_error, (message,)

    BothNotFittedError.__name__ = NotFittedError.__name__
    BothNotFittedError.__qualname__ = NotFittedError.__qualname__
    return BothNotFittedError(message)
