"""Arrays in, clear errors out: every estimator looks at its input through this door.

Three questions are asked of what comes in: is it an array of finite numbers
(`arrays`), do the targets name classes or numbers (`targets`), and does it fit what was learned
(`estimators`, with `columns` for the names in data frames)? An error says what was given, what
is possible and what to do. Where scikit-learn has words for an error, ours
begin with them, so that tools and people who look for these words find them.
"""

from aiguille.validation.arrays import (
    LARGEST_NUMBER,
    as_array,
    check_array,
    check_consistent_length,
    n_rows,
    take_rows,
)
from aiguille.validation.columns import remember_features
from aiguille.validation.complaints import (
    ConvergenceWarning,
    DataConversionWarning,
    InconsistentVersionWarning,
    NotFittedError,
    not_fitted_error,
    outer_stacklevel,
)
from aiguille.validation.estimators import (
    check_data,
    check_fitted,
    check_samples,
    check_training_set,
)
from aiguille.validation.targets import (
    check_class_labels,
    check_numbers,
    check_priors,
    check_same_kind,
    check_sample_weight,
    check_weights,
)

__all__ = [
    "LARGEST_NUMBER",
    "ConvergenceWarning",
    "DataConversionWarning",
    "InconsistentVersionWarning",
    "NotFittedError",
    "as_array",
    "check_array",
    "check_class_labels",
    "check_consistent_length",
    "check_data",
    "check_fitted",
    "check_numbers",
    "check_priors",
    "check_same_kind",
    "check_sample_weight",
    "check_samples",
    "check_training_set",
    "check_weights",
    "n_rows",
    "not_fitted_error",
    "outer_stacklevel",
    "remember_features",
    "take_rows",
]
