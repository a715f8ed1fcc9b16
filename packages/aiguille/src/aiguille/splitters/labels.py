"""Classes for the splitters that share them out, and whether there are enough of each."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiguille.splitters.cuts import Indices
from aiguille.validation import check_class_labels

__all__ = ["check_enough_of_each_class", "check_enough_to_stratify", "class_labels"]


def class_labels(y: Any, splitter: str) -> NDArray[Any]:
    """Give the class of each sample."""
    if y is None:
        raise ValueError(f"{splitter} shares out the classes evenly: give it y, the classes")
    labels = np.asarray(y)
    return check_class_labels(labels.ravel() if labels.shape[1:] == (1,) else labels)


def check_enough_of_each_class(class_sizes: Indices, n_splits: int) -> None:
    """Refuse, or warn, where folds must go without a class."""
    if class_sizes.max() < n_splits:
        raise ValueError(
            f"n_splits={n_splits} cannot be greater than the number of members in each class: "
            f"the largest has {class_sizes.max()}; ask for at most so many folds, or use KFold"
        )
    if class_sizes.min() < n_splits:
        warnings.warn(
            f"The least populated class in y has only {class_sizes.min()} members, which is less "
            f"than n_splits={n_splits}: some folds cannot test it",
            UserWarning,
            stacklevel=5,
        )


def check_enough_to_stratify(class_sizes: Indices, n_train: int, n_test: int) -> None:
    """Refuse a cut that cannot have every class on both sides."""
    if class_sizes.min() < 2:
        raise ValueError(
            f"The least populated class in y has only {class_sizes.min()} member: each needs at "
            "least 2, one to learn from and one to test; leave it out, or do not stratify"
        )
    for name, n in (("train", n_train), ("test", n_test)):
        if n < len(class_sizes):
            raise ValueError(
                f"{n} samples to {name} are fewer than the {len(class_sizes)} classes: "
                f"ask for at least one for each"
            )
