"""How many tasks may run at once: the cores that this process was given, not all there are."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["check_count", "check_n_jobs", "cpu_count", "workers_for"]


def cpu_count() -> int:
    """Count the cores that this process may use.

    Returns
    -------
    int
        At least 1; respects the process's affinity and the quota of its
        control group, so that a container counts what it was given.
    """
    try:
        available = len(os.sched_getaffinity(0))
    except AttributeError:  # neither macOS nor Windows has it
        available = os.cpu_count() or 1
    return max(1, min(available, math.ceil(min(quotas(), default=available))))


def quotas() -> Iterator[float]:
    """Give the processors' time that control groups allow, in cores."""
    for folder in control_groups():
        with contextlib.suppress(OSError, ValueError):
            quota, period = (folder / "cpu.max").read_text().split()
            yield int(quota) / int(period)
        with contextlib.suppress(OSError, ValueError):
            quota = (folder / "cpu.cfs_quota_us").read_text()
            period = (folder / "cpu.cfs_period_us").read_text()
            if int(quota) > 0:
                yield int(quota) / int(period)


def control_groups() -> Iterator[Path]:
    """List this process's control groups and those that they lie in."""
    root = Path("/sys/fs/cgroup")
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers or "cpu" in controllers.split(","):
            base = root if not controllers else root / "cpu"
            group = base / path.lstrip("/")
            yield from (
                folder for folder in (group, *group.parents) if base in (folder, *folder.parents)
            )


def check_n_jobs(n_jobs: Any) -> None:
    """Raise unless it is a number of workers.

    Parameters
    ----------
    n_jobs : object
        As for `faineant.Parallel`.

    Raises
    ------
    TypeError, ValueError
        It is none.
    """
    if n_jobs is None:
        return
    if isinstance(n_jobs, bool) or not hasattr(n_jobs, "__index__"):
        raise TypeError(f"n_jobs={n_jobs!r} is no whole number; give 2, or -1 for every core")
    if n_jobs == 0:
        raise ValueError("n_jobs=0 would do nothing; give 1 for a plain loop, -1 for every core")


def workers_for(n_jobs: int | None) -> int:
    """Say how many workers a number of jobs means.

    Parameters
    ----------
    n_jobs : int or None
        Negative numbers count down from all cores, from -1 on; None means 1.

    Returns
    -------
    int
        At least 1.

    Examples
    --------
    >>> workers_for(3), workers_for(None)
    (3, 1)
    """
    check_n_jobs(n_jobs)
    if n_jobs is None:
        return 1
    return int(n_jobs) if n_jobs > 0 else max(1, cpu_count() + 1 + int(n_jobs))


def check_count(name: str, value: Any, least: int) -> None:
    """Raise unless a parameter is a whole number that is large enough."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name}={value!r} is no whole number; give {least} or more")
    if value < least:
        raise ValueError(f"{name}={value!r} is less than {least}")
