"""Judge estimators on samples that they have not seen, and choose their parameters.

Read `evaluation` (one model, one fold: fit, predict, score; and how many of
them share their work), then `cross_validation` (the mean over folds), then
`search` (the best of many parameters). The ways to cut samples into folds are
in `aiguille.splitters` and are handed on here, where scikit-learn has them.
"""

from aiguille.model_selection.cross_validation import (
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from aiguille.model_selection.search import GridSearchCV, ParameterGrid
from aiguille.splitters import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    LeaveOneOut,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
    check_cv,
    train_test_split,
)

__all__ = [
    "GridSearchCV",
    "GroupKFold",
    "KFold",
    "LeaveOneGroupOut",
    "LeaveOneOut",
    "ParameterGrid",
    "ShuffleSplit",
    "StratifiedKFold",
    "StratifiedShuffleSplit",
    "TimeSeriesSplit",
    "check_cv",
    "cross_val_predict",
    "cross_val_score",
    "cross_validate",
    "train_test_split",
]
