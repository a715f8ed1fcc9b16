"""Many models, one piece of work: what estimators can share over folds and parameters.

A search fits a model for each fold and each value of a parameter, and these often repeat most
of their work: every model of nearest neighbours computes distances between the same samples.
An estimator that can do better offers a `SharedEvaluation`; `shared_evaluation` asks for it, and
takes it only where it cannot give another answer than ``fit`` and ``predict``.

`neighbors.sharing` is an offer, `model_selection.evaluation` the one who asks.
"""

import inspect
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["SharedEvaluation", "offering_class", "shared_evaluation"]


class SharedEvaluation(Protocol):
    """What can be worked out once for many folds of the same samples and many parameters.

    A nested search over ``k`` for nearest neighbours fits some 260 models, and
    each would compute distances between the same photos. An estimator that can
    do better has a class method ``share_evaluation(estimators, X, y)``. It gets
    estimators of its class, unfitted, that differ in their parameters, and gives
    an object like this one, or None where it would rather be fitted (too large
    for the memory that it allows itself, say). Estimators are called by their
    numbers in that list. Predictions and errors are those of ``fit`` on
    ``X[train]`` and ``predict`` of ``X[test]``.
    """

    def prepare(self) -> None:
        """Do the work that all folds share; called once, before any prediction."""
        ...

    def predictions(
        self, train: NDArray[np.intp], test: NDArray[np.intp], which: Sequence[int]
    ) -> list[NDArray[Any]]:
        """Give the predictions for ``X[test]`` of the estimators numbered ``which``."""
        ...

    def own_score(self, number: int, y_true: ArrayLike, y_pred: NDArray[Any]) -> float:
        """Give what the ``score`` method of this estimator makes of such predictions."""
        ...


def shared_evaluation(estimators: Sequence[Any], X: Any, y: Any) -> SharedEvaluation | None:
    """Ask estimators for a cheaper way to evaluate them together, if it can be trusted.

    Parameters
    ----------
    estimators : sequence of estimators, unfitted
    X, y : the samples and targets of all folds

    Returns
    -------
    SharedEvaluation or None
        None where they are not all of one class, where that class offers
        nothing, where the targets are no plain labels, or where a subclass or
        an instance replaces anything that the offering class defines: a shared
        evaluation must never give another answer than ``fit`` and ``predict``.
    """
    if np.ndim(y) != 1 or offering_class(estimators, "share_evaluation") is None:
        return None
    shared: SharedEvaluation | None = type(estimators[0]).share_evaluation(estimators, X, y)
    return shared


def offering_class(estimators: Sequence[Any], offer: str) -> type | None:
    """Give the class that defines an offer, if it can be trusted for these estimators.

    Parameters
    ----------
    estimators : sequence of estimators
    offer : str
        The name of the class method.

    Returns
    -------
    type or None
        None where they are not all of one class, where it has no such method, or where a
        subclass or an instance replaces anything that the offering class defines.
    """
    kinds = {type(estimator) for estimator in estimators}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    owner = next((c for c in kind.__mro__ if offer in vars(c)), None)
    if owner is None or replaces_anything(kind, owner):
        return None
    if any(name in vars(estimator) for estimator in estimators for name in dir(owner)):
        return None
    return owner


def replaces_anything(kind: type, owner: type) -> bool:
    """Whether ``kind`` has, for a name that ``owner`` has, another value.

    It may come from a class before ``owner``, or from one beside it that goes before
    one of its bases.
    """
    harmless = {
        "__module__",
        "__doc__",
        "__qualname__",
        "__firstlineno__",
        "__static_attributes__",
        "__annotations__",
        "__dict__",
        "__weakref__",
        "__parameters__",
        "__orig_bases__",
        "__annotate__",
        "__annotate_func__",
        "__repr__",
        "__str__",
    }
    found = inspect.getattr_static
    return any(found(kind, name) is not found(owner, name) for name in set(dir(owner)) - harmless)
