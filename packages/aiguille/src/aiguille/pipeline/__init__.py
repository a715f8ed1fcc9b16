"""Estimators in a row, used as one.

Read `steps` (what a row of named estimators is: its parameters, its parts, how it is shown),
then `fits` (one step, fitted and remembered) and `chain` (all of them, fitted and used);
`together` fits several that begin alike.
"""

from aiguille.pipeline.chain import Pipeline, make_pipeline

__all__ = ["Pipeline", "make_pipeline"]
