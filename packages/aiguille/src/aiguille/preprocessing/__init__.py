"""Make samples ready: scale columns or rows, name classes by numbers, apply a function.

Read `scaling` (each column by its mean and deviation, or to an interval; each row to length
one) with `moments` (how mean and deviation are found part by part), then `encoding` (labels to
numbers), then `functions` (any function as a transformer).
"""

from aiguille.preprocessing.encoding import LabelEncoder
from aiguille.preprocessing.functions import FunctionTransformer
from aiguille.preprocessing.scaling import MinMaxScaler, Normalizer, StandardScaler

__all__ = [
    "FunctionTransformer",
    "LabelEncoder",
    "MinMaxScaler",
    "Normalizer",
    "StandardScaler",
]
