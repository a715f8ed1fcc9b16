"""What a user wrote as ``cv``, as a splitter: a number, a splitter, or the cuts themselves."""

import numbers
from collections.abc import Iterable
from typing import Any

from aiguille.splitters.cuts import GivenSplits, Seed
from aiguille.splitters.kfold import KFold, StratifiedKFold
from aiguille.splitters.labels import class_labels

__all__ = ["check_cv"]


def check_cv(
    cv: Any = 5,
    y: Any = None,
    *,
    classifier: bool = False,
    shuffle: bool = False,
    random_state: Seed = None,
) -> Any:
    """Turn what the user gave as `cv` into a splitter.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) or None, default=5
        A number of folds, or anything with a method `split`, or the cuts themselves, as indices
        or as masks. None means 5.
    y : array-like of shape (n_samples,), default=None
        The targets.
    classifier : bool, default=False
        Whether they are classes: then a number of folds means `StratifiedKFold`, else `KFold`.
    shuffle, random_state
        Handed to the folds when `cv` is a number or None.

    Returns
    -------
    splitter
        An object with the methods `split` and `get_n_splits`.

    Raises
    ------
    ValueError
        If `cv` is none of these.

    Examples
    --------
    >>> check_cv(3)
    KFold(n_splits=3, shuffle=False, random_state=None)
    >>> check_cv(3, ["a", "b", "a"], classifier=True)
    StratifiedKFold(n_splits=3, shuffle=False, random_state=None)
    """
    if cv is None:
        cv = 5
    if isinstance(cv, numbers.Integral):
        kind = StratifiedKFold if classifier and are_classes(y) else KFold
        return kind(int(cv), shuffle=shuffle, random_state=random_state)
    if hasattr(cv, "split") and not isinstance(cv, str):
        return cv
    if isinstance(cv, Iterable) and not isinstance(cv, str):
        return GivenSplits(tuple(cv))
    raise ValueError(
        f"cv={cv!r} cannot cut samples: give a number of folds, a splitter such as KFold(5), "
        "or an iterable of (train, test) pairs, each of indices or of masks"
    )


def are_classes(y: Any) -> bool:
    """Whether y names one class for each sample, and is no quantity."""
    try:
        class_labels(y, "a classifier")
    except ValueError:
        return False
    return True
