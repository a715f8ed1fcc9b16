"""How long a result is good for, as a question asked before it is handed out."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

__all__ = ["expires_after"]


def expires_after(
    days: float = 0,
    seconds: float = 0,
    microseconds: float = 0,
    milliseconds: float = 0,
    minutes: float = 0,
    hours: float = 0,
    weeks: float = 0,
) -> Callable[[dict[str, Any]], bool]:
    """Let results expire, as a `cache_validation_callback`.

    Parameters
    ----------
    days, seconds, microseconds, milliseconds, minutes, hours, weeks : float
        How long a result is good for, counted from its computation; they add up.

    Returns
    -------
    callable
        Given what is known of a result, tells whether it is still good.

    Examples
    --------
    >>> good = expires_after(hours=1)
    >>> good({"time": time.time()}), good({"time": time.time() - 4000})
    (True, False)
    """
    age = datetime.timedelta(days, seconds, microseconds, milliseconds, minutes, hours, weeks)
    return Expiry(age.total_seconds())


class Expiry:
    """Tells whether a result is young enough; travels through pickle."""

    def __init__(self, seconds: float):
        self.seconds = seconds

    def __call__(self, metadata: dict[str, Any]) -> bool:
        """Tell whether a result is still good."""
        return bool(time.time() - metadata["time"] < self.seconds)

    def __repr__(self) -> str:
        return f"expires_after(seconds={self.seconds:g})"
