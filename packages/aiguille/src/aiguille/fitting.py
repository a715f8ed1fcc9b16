"""Several models fitted on the same samples, for less than each alone.

One tree of parcels serves every number of them, one decomposition every penalty, and two
pipelines that begin with the same steps need these steps once. A class of which this is
true has a class method ``share_fits(estimators)``. It gets unfitted estimators of its class
and gives a function ``fit_all(X, y)``, which gives fitted copies of them, each what its own
``fit`` would have made of it, to rounding; or None, where nothing would be saved.

Read `shared_fits`, which asks for such a function, then `fits_in_groups`, with which a
class makes one: it says which of its parameters do not matter for the common work.
"""

import pickle
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from aiguille.base import clone
from aiguille.sharing import offering_class

__all__ = ["alike", "fits_in_groups", "remember_the_same_features", "shared_fits"]

FitAll: TypeAlias = Callable[[Any, Any], list[Any]]


def shared_fits(estimators: Sequence[Any]) -> FitAll | None:
    """Ask estimators for a cheaper way to fit them on the same samples, if it can be trusted.

    Parameters
    ----------
    estimators : sequence of estimators, unfitted

    Returns
    -------
    function (X, y) -> list of estimators, or None
        None where they are not all of one class, where that class offers nothing, or
        where a subclass or an instance replaces anything that the offering class defines.
    """
    if len(estimators) < 2 or offering_class(estimators, "share_fits") is None:
        return None
    fit_all: FitAll | None = type(estimators[0]).share_fits(estimators)
    return fit_all


def fits_in_groups(
    estimators: Sequence[Any],
    fit_group: Callable[[list[Any], Any, Any], None],
    *,
    but: Sequence[str] = (),
) -> FitAll | None:
    """Give the function that fits together what differs in some parameters only.

    Parameters
    ----------
    estimators : sequence of estimators of one class
    fit_group : function (models, X, y)
        Fits these models; they are equal but for the named parameters.
    but : sequence of str
        Parameters that the common work does not depend on.

    Returns
    -------
    function (X, y) -> list of estimators, or None
        None where no two of them are alike.
    """
    groups = alike(estimators, but=but)
    if len(groups) == len(estimators):
        return None

    def fit_all(X: Any, y: Any) -> list[Any]:
        models = [clone(estimator) for estimator in estimators]
        for group in groups:
            fit_group([models[place] for place in group], X, y)
        return models

    return fit_all


def remember_the_same_features(models: Sequence[Any]) -> None:
    """Let models know the features that the first of them has been fitted on."""
    for name in ("n_features_in_", "feature_names_in_"):
        if hasattr(models[0], name):
            for model in models[1:]:
                setattr(model, name, getattr(models[0], name))


def alike(estimators: Sequence[Any], *, but: Sequence[str] = ()) -> list[list[int]]:
    """Group estimators, by their places, that are equal but for some parameters.

    Parameters
    ----------
    estimators : sequence of estimators, or of anything else
    but : sequence of str
        Names of parameters that may differ.

    Returns
    -------
    list of lists of int

    Examples
    --------
    >>> from aiguille.linear_model import Ridge
    >>> several = [Ridge(1), Ridge(1, fit_intercept=False), Ridge(2)]
    >>> alike(several), alike(several, but=["alpha"])
    ([[0], [1], [2]], [[0, 2], [1]])
    """
    groups: dict[Any, list[int]] = {}
    for place, estimator in enumerate(estimators):
        groups.setdefault(fingerprint(estimator, but), []).append(place)
    return list(groups.values())


def fingerprint(estimator: Any, but: Sequence[str]) -> Any:
    """Give what is equal for estimators that are equal but for the named parameters.

    Where that cannot be told, each has one of its own: it is then fitted alone.
    """
    params = estimator
    if hasattr(estimator, "get_params") and not isinstance(estimator, type):
        every = estimator.get_params(deep=False)
        params = {name: value for name, value in every.items() if name not in but}
    try:
        return type(estimator), pickle.dumps(params)
    except (pickle.PicklingError, TypeError, AttributeError):
        return id(estimator)
