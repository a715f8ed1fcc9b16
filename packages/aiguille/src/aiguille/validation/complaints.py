"""What estimators raise and warn with, where Python's own classes say too little."""

import sys
from typing import Any

__all__ = [
    "ConvergenceWarning",
    "DataConversionWarning",
    "InconsistentVersionWarning",
    "NotFittedError",
    "not_fitted_error",
    "outer_stacklevel",
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


def outer_stacklevel() -> int:
    """Give the ``stacklevel`` with which a warning points to the line that called this package.

    It does not depend on which of our functions call each other on the way.
    """
    package, level = __name__.partition(".")[0], 1
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    return level
