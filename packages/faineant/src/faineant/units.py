"""Sizes and times as people write them: ``"5 GB"`` to bytes, and bytes and seconds to words."""

from __future__ import annotations

import re

__all__ = ["age_in_words", "in_bytes", "size_in_words", "time_in_words"]

UNITS = {
    "": 1, "B": 1,
    "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40,
    "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40,
}  # fmt: skip


def in_bytes(size: float | str, name: str) -> int:
    """Give a size in bytes.

    Parameters
    ----------
    size : int, float or str
        Bytes, or a number with a unit: kB, MB, GB and TB count in thousands,
        KiB, MiB... and the bare letters K, M, G, T in 1024s.
    name : str
        The parameter, for errors.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        It is no size.
    TypeError
        It is neither a number nor a text.

    Examples
    --------
    >>> in_bytes("5 GB", "limit"), in_bytes("1.5K", "limit"), in_bytes(300, "limit")
    (5000000000, 1536, 300)
    >>> in_bytes(1e16, "limit")
    10000000000000000
    """
    if isinstance(size, bool) or not isinstance(size, int | float | str):
        raise TypeError(f"{name}={size!r} is no size; give bytes or a text such as '5 GB'")
    found = re.fullmatch(r"\s*(\d+(?:\.\d*)?(?:e\+?\d+)?)\s*([a-zA-Z]*)\s*", str(size))
    if found is None or found[2].upper() not in UNITS or not float(found[1]) >= 1 / 2**40:
        raise ValueError(
            f"{name}={size!r} is no size; give bytes or a text such as '500 MB', '5 GB' or '2 GiB'"
        )
    return max(1, int(float(found[1]) * UNITS[found[2].upper()]))


def size_in_words(size: float) -> str:
    """Say how large something is, in three digits.

    Parameters
    ----------
    size : int or float
        Bytes.

    Returns
    -------
    str
        With the unit that suits it, counted in thousands.

    Examples
    --------
    >>> size_in_words(812), size_in_words(100_000_000)
    ('812 B', '100 MB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def time_in_words(seconds: float) -> str:
    """Say how long something took, in three digits.

    Parameters
    ----------
    seconds : float
        How long.

    Returns
    -------
    str
        In the unit that suits it.

    Examples
    --------
    >>> time_in_words(0.0000447), time_in_words(3.14159), time_in_words(5000)
    ('44.7 µs', '3.14 s', '1.39 h')
    """
    for unit, length in (("h", 3600.0), ("s", 1.0), ("ms", 1e-3)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def age_in_words(seconds: float) -> str:
    """Say how long ago something was.

    Parameters
    ----------
    seconds : float
        How long.

    Returns
    -------
    str
        In the unit that suits it.

    Examples
    --------
    >>> age_in_words(7), age_in_words(10_000), age_in_words(200_000)
    ('7 s', '2.8 h', '2.3 days')
    """
    for unit, length in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.2g} {unit}"
    return f"{max(seconds, 0):.0f} s"
