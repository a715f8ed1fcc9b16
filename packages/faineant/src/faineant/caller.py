"""Warnings that point to the line of the user's program that asked, not to a line in here."""

from __future__ import annotations

import sys
import warnings

__all__ = ["warn_caller"]

PASSED = {"faineant", "contextlib"}


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn, and name the nearest line outside of this package.

    Parameters
    ----------
    message : str
        What to say.
    category : type
        What kind of warning it is.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back and str(frame.f_globals.get("__name__")).partition(".")[0] in PASSED:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
