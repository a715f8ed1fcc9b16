"""The names of the columns of a data frame: remembered by ``fit``, compared from then on."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["check_feature_names", "remember_features"]


def remember_features(estimator: Any, X: Any) -> None:
    """Set or remove ``feature_names_in_``, for a new ``fit``."""
    names = column_names(X)
    if names is not None:
        estimator.feature_names_in_ = names
    elif hasattr(estimator, "feature_names_in_"):
        del estimator.feature_names_in_


def check_feature_names(estimator: Any, X: Any) -> None:
    """Compare a data frame's columns with those that ``fit`` saw."""
    seen, given = getattr(estimator, "feature_names_in_", None), column_names(X)
    kind = type(estimator).__name__
    if seen is None and given is None:
        return
    if seen is None:
        warnings.warn(
            f"X has feature names, but {kind} was fitted without feature names", stacklevel=3
        )
    elif given is None:
        warnings.warn(
            f"X does not have valid feature names, but {kind} was fitted with feature names",
            stacklevel=3,
        )
    elif len(seen) != len(given) or (seen != given).any():
        raise ValueError(
            "The feature names should match those that were passed during fit.\n"
            + difference_of_names(set(seen), set(given))
        )


def column_names(X: Any) -> NDArray[np.object_] | None:
    """Columns' names of a data frame, or None where they are not all text."""
    columns = getattr(X, "columns", None)
    if columns is None:
        return None
    names = np.array(list(columns), dtype=object)
    textual = [isinstance(name, str) for name in names]
    if any(textual) and not all(textual):
        raise TypeError(
            "Feature names are only supported if all input features have string names, but X has "
            f"{sorted({type(name).__name__ for name in names})} as column name types: "
            "X.columns = X.columns.astype(str) makes them text."
        )
    return names if names.size and all(textual) else None


def difference_of_names(seen: set[str], given: set[str]) -> str:
    """Tell which names are new, which are missing, or that only the order differs."""
    told = ""
    for title, names in (
        ("Feature names unseen at fit time:\n", sorted(given - seen)),
        ("Feature names seen at fit time, yet now missing:\n", sorted(seen - given)),
    ):
        if names:
            shown = [*names[:5], "..."] if len(names) > 5 else names
            told += title + "".join(f"- {name}\n" for name in shown)
    return told or "Feature names must be in the same order as they were in fit.\n"
