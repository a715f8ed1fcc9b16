"""What many checks look at: arrays of the right shape, numbers, and data left as they were.

Each raises `Wrong` with a sentence for the learner. Read `course.exercises.speaking` first.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.exercises.speaking import Wrong

__all__ = ["alike", "array", "bar", "number", "untouched"]


def array(found: Any, shape: tuple[int, ...], what: str) -> NDArray[Any]:
    """Give what a learner's function returned as an array of numbers of the shape expected.

    Parameters
    ----------
    found : object
        What came.
    shape : tuple of int
    what : str
        What it is, for the message: "the typical face".

    Returns
    -------
    ndarray of shape ``shape``

    Raises
    ------
    Wrong
        If it is none.

    Examples
    --------
    >>> array([1, 2], (2,), "the mean")
    array([1, 2])
    """
    if found is None or found is ...:
        raise Wrong(f"{what} is still missing: {found} came back. Is there a return at the end?")
    try:
        numbers = np.asarray(found)
    except ValueError:
        raise Wrong(f"{what} is no array: its rows have different lengths.") from None
    if numbers.dtype.kind not in "fiub":
        raise Wrong(f"{what} should be made of numbers; what came is a {type(found).__name__}.")
    if numbers.shape != shape:
        raise Wrong(f"{what}: expected the shape {shape}, got {numbers.shape}.")
    return numbers


def alike(found: Any, expected: Any, tolerance: float = 1e-6) -> bool:
    """Tell whether two numbers or arrays are the same but for rounding.

    Examples
    --------
    >>> alike([0.1 + 0.2], [0.3])
    True
    >>> alike([1.0, 2.0], [1.0])
    False
    """
    a, b = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    return a.shape == b.shape and np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)


def number(answer: Any, name: str) -> float:
    """Give a number that the learner has put in the place of None.

    Parameters
    ----------
    answer : object
        What stands there.
    name : str
        Its name in the learner's file, such as "ANSWER".

    Returns
    -------
    float

    Raises
    ------
    Wrong
        If it is no number.

    Examples
    --------
    >>> number(12, "ANSWER")
    12.0
    """
    if answer is None:
        raise Wrong(f"{name} is None: put your number there, as in {name} = 12.")
    if isinstance(answer, str):
        raise Wrong(f"{name} is the text {answer!r}: write the number without quotes.")
    if isinstance(answer, bool) or not isinstance(answer, int | float | np.number):
        raise Wrong(f"{name} is {answer!r}: a number was expected.")
    return float(answer)


def untouched(before: NDArray[Any], after: NDArray[Any], what: str) -> None:
    """See that a function has not changed what it was given.

    Parameters
    ----------
    before, after : ndarray
        A copy from before the call, and what was handed in.
    what : str
        What it is, for the message: "the photos".

    Raises
    ------
    Wrong
        If it has.

    Examples
    --------
    >>> untouched(np.arange(3), np.arange(3), "the photos")
    """
    if before.shape != after.shape or not np.array_equal(before, after):
        raise Wrong(
            f"The result is right, but your function has changed {what} that it was given. "
            "An operation such as -= or .sort() writes into the caller's array: make a new one."
        )


def bar(label: str, share: float, note: str = "") -> str:
    """Draw a share from 0 to 1 as a line of text.

    Examples
    --------
    >>> print(bar("right", 0.75))
    right           ###############.....  75%
    """
    full = min(20, max(0, round(20 * share)))
    line = f"{label:<15} {'#' * full}{'.' * (20 - full)} {100 * share:3.0f}%  {note}"
    return line.rstrip()
