"""What a splitter is: something that cuts samples into train and test, several times over.

`Splitter` is the contract: `split` hands out indices, `masks` hands out booleans, `get_n_splits`
counts. A `Partition` is a splitter that tests each sample exactly once, so that one number for
each sample, its fold, says everything. `GivenSplits` are cuts that the user made.
"""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aiguille.validation import n_rows

__all__ = ["GivenSplits", "Partition", "Splitter"]

Indices: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]
Cuts: TypeAlias = Iterator[tuple[Indices, Indices]]
Seed: TypeAlias = int | np.random.RandomState | None
Size: TypeAlias = float | None


class Splitter(ABC):
    """A way to cut samples into train and test, several times over."""

    uses_groups: ClassVar[bool] = False
    n_splits: int

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Indices, Indices]]:
        """Cut the samples, and hand out their indices.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...), or None
            The samples; only their number matters. None where `y` or `groups` tells it.
        y : array-like of shape (n_samples,), default=None
            The classes, for the stratified splitters.
        groups : array-like of shape (n_samples,), default=None
            The group of each sample, for the splitters that keep groups together.

        Returns
        -------
        iterator of (train, test)
            Two arrays of indices for each cut.

        Raises
        ------
        ValueError
            If the samples cannot be cut that way.

        Examples
        --------
        >>> from aiguille.splitters import KFold
        >>> for train, test in KFold(n_splits=2).split(["a", "b", "c", "d"]):
        ...     print(train, test)
        [2 3] [0 1]
        [0 1] [2 3]
        """
        self._warn_of_ignored_groups(groups)
        return self._cut(common_length(X, y, groups), y, groups)

    def masks(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Mask, Mask]]:
        """Cut the samples, and hand out boolean masks.

        Parameters
        ----------
        X, y, groups : array-like
            As for `split`.

        Returns
        -------
        iterator of (train, test)
            Two boolean arrays of shape (n_samples,) for each cut.

        Examples
        --------
        >>> from aiguille.splitters import StratifiedKFold
        >>> faces, names = np.zeros((4, 9)), np.array(["Ada", "Ada", "Bob", "Bob"])
        >>> for train, test in StratifiedKFold(n_splits=2).masks(faces, names):
        ...     print(names[train], names[test], test)
        ['Ada' 'Bob'] ['Ada' 'Bob'] [ True False  True False]
        ['Ada' 'Bob'] ['Ada' 'Bob'] [False  True False  True]
        """
        n_samples = common_length(X, y, groups)
        self._warn_of_ignored_groups(groups)
        cuts = self._cut(n_samples, y, groups)
        return ((as_mask(train, n_samples), as_mask(test, n_samples)) for train, test in cuts)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Tell how many cuts `split` makes.

        Parameters
        ----------
        X, y, groups : array-like, default=None
            As for `split`. `LeaveOneOut` needs `X` to tell, and `LeaveOneGroupOut` needs `groups`.

        Returns
        -------
        int
            The number of pairs of train and test.
        """
        return int(self.n_splits)

    @abstractmethod
    def _cut(self, n_samples: int, y: Any, groups: Any) -> Cuts:
        """Check at once, and cut when asked for the next pair."""

    def _warn_of_ignored_groups(self, groups: Any) -> None:
        if groups is not None and not self.uses_groups:
            warnings.warn(
                f"The groups parameter is ignored by {type(self).__name__}: samples of one group "
                "may be in train and test at once. GroupKFold and LeaveOneGroupOut keep them apart",
                UserWarning,
                stacklevel=3,
            )


class Partition(Splitter):
    """Test each sample exactly once: the number of its fold says it all."""

    @abstractmethod
    def _fold_of_each_sample(self, n_samples: int, y: Any, groups: Any) -> Indices:
        """Give out the numbers."""

    def _cut(self, n_samples: int, y: Any, groups: Any) -> Cuts:
        folds = self._fold_of_each_sample(n_samples, y, groups)
        n_folds = int(folds.max()) + 1
        return ((np.flatnonzero(folds != k), np.flatnonzero(folds == k)) for k in range(n_folds))


@dataclass(frozen=True, eq=False)
class GivenSplits(Splitter):
    """Cuts that the user made, as indices or as masks."""

    pairs: tuple[tuple[Any, Any], ...]
    uses_groups = True  # The user has taken care of them.

    def __post_init__(self) -> None:
        if not self.pairs:
            raise ValueError("cv has no (train, test) pair: give at least one")
        for pair in self.pairs:
            if not isinstance(pair, tuple | list | np.ndarray) or len(pair) != 2:
                raise ValueError(f"cv must hold (train, test) pairs; got {pair!r}")

    def __repr__(self) -> str:
        return f"<{len(self.pairs)} given (train, test) pairs>"

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Count the pairs."""
        return len(self.pairs)

    def _cut(self, n_samples: int, y: Any, groups: Any) -> Cuts:
        cuts = [
            (as_indices(train, n_samples), as_indices(test, n_samples))
            for train, test in self.pairs
        ]
        return iter(cuts)


# Cuts as arrays


def as_mask(indices: Indices, n_samples: int) -> Mask:
    """Make an array that is true at the indices."""
    mask = np.zeros(n_samples, dtype=bool)
    mask[indices] = True
    return mask


def as_indices(part: Any, n_samples: int) -> Indices:
    """Give the indices where a mask is true, or the indices themselves."""
    array = np.asarray(part)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "biu"):
        raise ValueError(f"train and test must be one-dimensional indices or masks; got {part!r}")
    if array.dtype.kind != "b":
        indices = array.astype(np.intp)
    elif len(array) == n_samples:
        indices = np.flatnonzero(array)
    else:
        raise ValueError(f"cv has a mask for {len(array)} samples, but there are {n_samples}")
    outside = indices[(indices < -n_samples) | (indices >= n_samples)]
    if outside.size:
        raise ValueError(f"cv names sample {outside[0]}, but there are only {n_samples}")
    return indices


def common_length(*arrays: Any) -> int:
    """How many samples there are, by all that is given."""
    lengths = [n_rows(array) for array in arrays if array is not None]
    if not lengths:
        raise ValueError("The 'X' parameter should not be None: give the samples to cut")
    if len(set(lengths)) > 1:
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: {lengths}; "
            "give one entry for each sample"
        )
    return lengths[0]


# Checks at the door


def check_enough(cv: Splitter, things: str, found: int, needed: int) -> None:
    """Refuse more cuts than there are samples or groups."""
    if found < needed:
        advice = f"; ask for fewer than {cv.n_splits} splits" if hasattr(cv, "n_splits") else ""
        raise ValueError(f"{cv!r} needs at least {needed} {things}, got n_{things}={found}{advice}")


def check_count(name: str, value: Any, *, at_least: int) -> None:
    """Accept whole numbers from at_least on."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < at_least:
        raise ValueError(f"{name}={value!r} must be an int of at least {at_least}")


def check_size(name: str, size: Any) -> None:
    """Accept a share between 0 and 1, or a number of samples, or None."""
    whole = isinstance(size, int | np.integer) and not isinstance(size, bool)
    is_number = whole and size >= 1
    is_share = not whole and isinstance(size, float | np.floating) and 0 < size < 1
    if not (size is None or is_number or is_share):
        raise ValueError(
            f"{name}={size!r} must be a float between 0 and 1 (a share of the samples), "
            "an int of at least 1 (their number), or None"
        )
