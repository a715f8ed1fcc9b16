"""Parameters of estimators at the door: whole numbers, numbers, options, seeds.

Each function gives the value, or an error that says what was given and what is possible.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["check_option", "check_random_state", "check_real", "check_whole"]


def check_whole(name: str, value: Any, *, at_least: int = 1, at_most: int | None = None) -> int:
    """Give a parameter that must be a whole number, or say what is wrong with it.

    Examples
    --------
    >>> check_whole("n_clusters", 0)
    Traceback (most recent call last):
    ...
    ValueError: n_clusters=0 is not possible: give a whole number of at least 1.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name}={value!r} must be a whole number, got {type(value).__name__}.")
    if value < at_least or (at_most is not None and value > at_most):
        most = "" if at_most is None else f" and at most {at_most}"
        raise ValueError(
            f"{name}={value} is not possible: give a whole number of at least {at_least}{most}."
        )
    return int(value)


def check_real(
    name: str, value: Any, *, low: float = 0.0, high: float = np.inf, open_low: bool = False
) -> float:
    """Give a parameter that must be a number between two others, or say what is wrong with it.

    Parameters
    ----------
    name : str
        The parameter's.
    value : object
        What was given.
    low, high : float
        The least and the most.
    open_low : bool
        Whether the least itself is not possible either.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        raise TypeError(f"{name}={value!r} must be a number, got {type(value).__name__}.")
    if not (low < value if open_low else low <= value) or value > high:
        least = f"more than {low:g}" if open_low else f"at least {low:g}"
        most = "" if high == np.inf else f" and at most {high:g}"
        raise ValueError(f"{name}={value} is not possible: give a number of {least}{most}.")
    return float(value)


def check_option(name: str, value: Any, options: Sequence[Any]) -> Any:
    """Give a parameter that must be one of some options, or say which there are."""
    if not any(
        value is option or (type(value) is type(option) and value == option) for option in options
    ):
        told = ", ".join(map(repr, options))
        raise ValueError(f"{name}={value!r} is not possible: give one of {told}.")
    return value


# numpy loads its generators when they are first asked for: the quotes do not ask.
def check_random_state(seed: Any) -> "np.random.RandomState":
    """Give a random generator for a seed, as scikit-learn does.

    Parameters
    ----------
    seed : None, int or RandomState
        None for numpy's global generator, a number for a new one that starts
        there, or a generator, which is used and advanced.

    Examples
    --------
    >>> int(check_random_state(0).randint(100))
    44
    """
    if seed is None:
        return np.random.mtrand._rand
    if isinstance(seed, (int, np.integer)):
        return np.random.RandomState(int(seed))
    if isinstance(seed, np.random.RandomState):
        return seed
    raise ValueError(
        f"{seed!r} cannot be used to seed a numpy.random.RandomState instance: "
        "pass None, a whole number or a RandomState."
    )
