"""Metrics and scorers: how good predictions are, and what judges a model by them.

Read `scores` (one number, or a table, from the true classes and the predicted ones), then
`scorers` (what judges a fitted model by such a number, as cross-validation asks for it).
"""

from aiguille.linalg import pairwise_distances
from aiguille.metrics.scorers import Scorer, get_scorer, make_scorer
from aiguille.metrics.scores import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    zero_one_loss,
)

__all__ = [
    "Scorer",
    "accuracy_score",
    "balanced_accuracy_score",
    "confusion_matrix",
    "get_scorer",
    "make_scorer",
    "pairwise_distances",
    "zero_one_loss",
]
