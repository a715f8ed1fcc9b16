"""How features vary together, and which of them do so directly.

Read `empirical` (means of products), then `shrunk` (few samples), then
`graphical_lasso` (a precision matrix with many zeros: who talks to whom) with
its engine `sparse_precision`, then `graphical_lasso_cv`, which chooses how many.
"""

from aiguille.covariance.empirical import (
    EmpiricalCovariance,
    empirical_covariance,
    log_likelihood,
)
from aiguille.covariance.graphical_lasso import GraphicalLasso, graphical_lasso
from aiguille.covariance.graphical_lasso_cv import GraphicalLassoCV, graphical_lasso_path
from aiguille.covariance.shrunk import LedoitWolf, ledoit_wolf, ledoit_wolf_shrinkage
from aiguille.covariance.sparse_precision import sparse_precision

__all__ = [
    "EmpiricalCovariance",
    "GraphicalLasso",
    "GraphicalLassoCV",
    "LedoitWolf",
    "empirical_covariance",
    "graphical_lasso",
    "graphical_lasso_path",
    "ledoit_wolf",
    "ledoit_wolf_shrinkage",
    "log_likelihood",
    "sparse_precision",
]
