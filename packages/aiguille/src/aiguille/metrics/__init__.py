"""Metrics and scorers: how good predictions are, and what judges a model by them.

Read `scores` (one number, or a table, from the true classes and the predicted ones),
`classification` (class by class), `ranking` (scores in place of names), `regression`
(numbers), `clusters` (groups), then `scorers` (what judges a fitted model by such a number, as
cross-validation asks for it).
"""

from aiguille.linalg import pairwise_distances
from aiguille.metrics.classification import (
    UndefinedMetricWarning,
    classification_report,
    f1_score,
    precision_recall_fscore_support,
    precision_score,
    recall_score,
)
from aiguille.metrics.clusters import (
    adjusted_rand_score,
    normalized_mutual_info_score,
    silhouette_samples,
    silhouette_score,
)
from aiguille.metrics.ranking import roc_auc_score
from aiguille.metrics.regression import (
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)
from aiguille.metrics.scorers import Scorer, get_scorer, make_scorer
from aiguille.metrics.scores import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    zero_one_loss,
)

__all__ = [
    "Scorer",
    "UndefinedMetricWarning",
    "accuracy_score",
    "adjusted_rand_score",
    "balanced_accuracy_score",
    "classification_report",
    "confusion_matrix",
    "f1_score",
    "get_scorer",
    "make_scorer",
    "mean_absolute_error",
    "mean_squared_error",
    "normalized_mutual_info_score",
    "pairwise_distances",
    "precision_recall_fscore_support",
    "precision_score",
    "r2_score",
    "recall_score",
    "roc_auc_score",
    "root_mean_squared_error",
    "silhouette_samples",
    "silhouette_score",
    "zero_one_loss",
]
