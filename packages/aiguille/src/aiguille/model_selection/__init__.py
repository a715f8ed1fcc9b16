"""Judge estimators on samples that they have not seen, and choose their parameters.

Read `evaluation` (one model, one fold: fit, predict, score; and how many of
them share their work), then `cross_validation` (the mean over folds),
`curves` (against a parameter, samples, and chance), then `grids`, `search` and `nested` (the
best of many parameters). The ways to cut samples into folds are
in `aiguille.splitters` and are handed on here, where scikit-learn has them.
"""

from aiguille.model_selection.cross_validation import (
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from aiguille.model_selection.curves import (
    learning_curve,
    permutation_test_score,
    validation_curve,
)
from aiguille.model_selection.grids import ParameterGrid, ParameterSampler
from aiguille.model_selection.search import GridSearchCV, RandomizedSearchCV
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
    "ParameterSampler",
    "RandomizedSearchCV",
    "ShuffleSplit",
    "StratifiedKFold",
    "StratifiedShuffleSplit",
    "TimeSeriesSplit",
    "check_cv",
    "cross_val_predict",
    "cross_val_score",
    "cross_validate",
    "learning_curve",
    "permutation_test_score",
    "train_test_split",
    "validation_curve",
]
