"""The table of a search: what was tried, and how each fared on each fold."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiguille.model_selection.evaluation import Outcome

__all__ = ["ranks_of", "table_of_results"]


def table_of_results(
    params: Sequence[Mapping[str, Any]], outcomes: Sequence[Sequence[Outcome]]
) -> dict[str, Any]:
    """Lay the outcomes out as ``cv_results_``: an entry for each candidate in each array."""
    table: dict[str, Any] = {}
    for name in ("fit_time", "score_time"):
        times = np.array([[getattr(o, name) for o in of_one] for of_one in outcomes])
        table[f"mean_{name}"], table[f"std_{name}"] = times.mean(axis=1), times.std(axis=1)
    for name in sorted({name for each in params for name in each}):
        table[f"param_{name}"] = column_of(params, name)
    table["params"] = [dict(each) for each in params]
    for score in outcomes[0][0].test:
        tests = np.array([[outcome.test[score] for outcome in of_one] for of_one in outcomes])
        table |= summary(f"test_{score}", tests)
        table[f"rank_test_{score}"] = ranks_of(tests.mean(axis=1))
        if outcomes[0][0].train is not None:
            trains = [[(outcome.train or {})[score] for outcome in one] for one in outcomes]
            table |= summary(f"train_{score}", np.array(trains))
    return table


def column_of(params: Sequence[Mapping[str, Any]], name: str) -> np.ma.MaskedArray[Any, Any]:
    """One parameter's values, masked for the candidates that do not set it."""
    values = np.empty(len(params), dtype=object)
    values[:] = [each.get(name) for each in params]
    if all(
        type(value) in (bool, int, float) and type(value) is type(values[0]) for value in values
    ):
        values = values.astype(type(values[0]))
    return np.ma.MaskedArray(values, mask=[name not in each for each in params])


def summary(name: str, scores: NDArray[np.float64]) -> dict[str, Any]:
    """Scores of shape (n_candidates, n_folds), fold by fold, their mean and deviation."""
    table = {f"split{fold}_{name}": scores[:, fold] for fold in range(scores.shape[1])}
    return table | {f"mean_{name}": scores.mean(axis=1), f"std_{name}": scores.std(axis=1)}


def ranks_of(means: NDArray[np.float64]) -> NDArray[np.int32]:
    """Rank 1 for the best; equals share a rank; candidates that failed come last."""
    comparable = np.where(np.isnan(means), -np.inf, means)
    better: NDArray[np.int32] = (comparable[None, :] > comparable[:, None]).sum(axis=1)
    return (better + 1).astype(np.int32)
