"""Classes as clouds of one shape around different means.

Read `directions` (along which the means differ most), then `linear`, the estimator.
"""

from aiguille.discriminant_analysis.directions import (
    covariance_within,
    directions_by_covariance,
    discriminants,
)
from aiguille.discriminant_analysis.linear import LinearDiscriminantAnalysis

__all__ = [
    "LinearDiscriminantAnalysis",
    "covariance_within",
    "directions_by_covariance",
    "discriminants",
]
