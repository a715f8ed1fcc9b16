"""Combinations of parameters: all of a grid, or some drawn at random."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from aiguille.base import clone
from aiguille.parameters import check_random_state, check_whole

__all__ = ["Distributions", "Grid", "ParameterGrid", "ParameterSampler", "candidates"]

Grid = Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Sequence[Any]]]
Distributions = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class ParameterGrid:
    """All combinations of some values for some parameters.

    Parameters
    ----------
    param_grid : dict of str to sequence, or list of such dicts
        A list's grids come one after the other.

    Examples
    --------
    >>> list(ParameterGrid({"k": [1, 2], "metric": ["cosine"]}))
    [{'k': 1, 'metric': 'cosine'}, {'k': 2, 'metric': 'cosine'}]
    """

    def __init__(self, param_grid: Grid) -> None:
        if not isinstance(param_grid, (Mapping, Sequence)):
            check_grid(param_grid)
        grids = [param_grid] if isinstance(param_grid, Mapping) else list(param_grid)
        for grid in grids:
            check_grid(grid)
        self.param_grid = grids

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for grid in self.param_grid:
            names = sorted(grid)
            for values in itertools.product(*(grid[name] for name in names)):
                yield dict(zip(names, values, strict=True))

    def __len__(self) -> int:
        return sum(int(np.prod([len(values) for values in g.values()])) for g in self.param_grid)


def check_grid(grid: Any) -> None:
    """Raise unless this maps names to values."""
    if not isinstance(grid, Mapping):
        raise TypeError(
            f"param_grid must be a dict of names to values, or a list of them, got {grid!r}."
        )
    for name, values in grid.items():
        if isinstance(values, str) or not hasattr(values, "__len__"):
            raise TypeError(
                f"param_grid[{name!r}] must be a sequence of values, got {values!r}: "
                f"write [{values!r}] for one."
            )
        if len(values) == 0:
            raise ValueError(f"param_grid[{name!r}] is empty: give at least one value.")


class ParameterSampler:
    """Some combinations of parameters, drawn at random.

    Where all parameters have lists of values, no combination is drawn twice.

    Parameters
    ----------
    param_distributions : dict of str to sequence or distribution, or list of such dicts
        A distribution is anything with a method ``rvs``, such as those of ``scipy.stats``;
        of a sequence each value is equally likely. Of several dicts one is drawn first.
    n_iter : int
        How many combinations.
    random_state : None, int or RandomState
        Where the drawing starts.

    References
    ----------
    Bergstra & Bengio (2012), "Random search for hyper-parameter optimization", JMLR 13.

    Examples
    --------
    >>> list(ParameterSampler({"k": [1, 2, 3], "p": [1]}, n_iter=2, random_state=0))
    [{'k': 3, 'p': 1}, {'k': 2, 'p': 1}]
    """

    def __init__(
        self, param_distributions: Distributions, n_iter: int, *, random_state: Any = None
    ) -> None:
        if isinstance(param_distributions, Mapping):
            param_distributions = [param_distributions]
        self.distributions: list[Mapping[str, Any]] = list(param_distributions)
        self.n_iter = check_whole("n_iter", n_iter)
        self.random_state = random_state
        for each in self.distributions:
            check_distributions(each)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        random = check_random_state(self.random_state)
        if self._all_listed():
            grid = list(ParameterGrid(self.distributions))
            for place in random.permutation(len(grid))[: self.n_iter]:
                yield grid[place]
            return
        for _ in range(self.n_iter):
            some = self.distributions[random.randint(len(self.distributions))]
            yield {name: drawn(some[name], random) for name in sorted(some)}

    def __len__(self) -> int:
        listed = self._all_listed()
        return min(self.n_iter, len(ParameterGrid(self.distributions))) if listed else self.n_iter

    def _all_listed(self) -> bool:
        values = [value for each in self.distributions for value in each.values()]
        return not any(hasattr(value, "rvs") for value in values)


def candidates(estimator: Any, params: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Give an unfitted estimator for each combination of parameters."""
    if not params:
        raise ValueError("param_grid is empty: give at least one dict of parameters.")
    return [clone(estimator).set_params(**clone(dict(each), safe=False)) for each in params]


def drawn(values: Any, random: np.random.RandomState) -> Any:
    """Draw one value."""
    if hasattr(values, "rvs"):
        return values.rvs(random_state=random)
    return values[random.randint(len(values))]


def check_distributions(distributions: Any) -> None:
    """Raise unless this maps names to what values can be drawn of."""
    if not isinstance(distributions, Mapping):
        raise TypeError(
            "param_distributions must be a dict of names to sequences or distributions, or a "
            f"list of them, got {distributions!r}."
        )
    check_grid({name: v for name, v in distributions.items() if not hasattr(v, "rvs")})
