"""Keep the columns that tell classes apart.

Of 4,096 pixels many are background. The analysis of variance asks of each column by itself
whether its mean differs between the classes by more than chance makes it differ. Read
`variance` (the scores of columns), then `selection` (the transformer that keeps the best).
"""

from aiguille.feature_selection.selection import SelectKBest
from aiguille.feature_selection.variance import f_classif, f_tail

__all__ = ["SelectKBest", "f_classif", "f_tail"]
