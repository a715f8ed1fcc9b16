"""How a check says what is wrong: in the learner's own terms, the first thing only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Wrong", "choice", "same"]


class Wrong(Exception):  # noqa: N818 - an answer that is wrong is no error of the program
    """What is wrong with an answer.

    Parameters
    ----------
    message : str
        What was expected and what came. The first name of the learner's file in it, such as
        ``predict()``, is where the learner is sent, unless the message says that it is right.
    picture : str
        A small picture in text, of a few lines.
    """

    def __init__(self, message: str, picture: str = ""):
        super().__init__(message)
        self.message, self.picture = message, picture


def same(found: Any, expected: Any, what: str) -> None:
    """Raise unless two values are equal, up to rounding.

    Parameters
    ----------
    found, expected : number, str, list or array-like
        What came, and what should have come.
    what : str
        What it is, such as ``"the mean of Ada's photos"``.

    Raises
    ------
    Wrong
        They differ in shape or in a value.

    Examples
    --------
    >>> same([0.1 + 0.2], [0.3], "the sum")
    >>> same(4, 5, "the number of folds")
    Traceback (most recent call last):
    course.exercises.speaking.Wrong: the number of folds: expected 5, got 4
    """
    if found is None and expected is not None:
        raise Wrong(f"{what}: expected {shown(expected)}, got None. Is there a return at the end?")
    try:
        one, other = np.asarray(found), np.asarray(expected)
    except ValueError:  # rows of several lengths
        if found == expected:
            return
        raise Wrong(f"{what}: expected {shown(expected)}, got {shown(found)}") from None
    if one.shape != other.shape:
        raise Wrong(
            f"{what}: expected {shaped(other)}, {shown(expected)}, got {shaped(one)}, "
            f"{shown(found)}"
        )
    numbers = one.dtype.kind in "biufc" and other.dtype.kind in "biufc"
    equal = np.allclose(one, other, equal_nan=True) if numbers else np.array_equal(one, other)
    if not equal:
        where = first_difference(one, other, numbers)
        raise Wrong(f"{what}: expected {shown(expected)}, got {shown(found)}{where}")


def choice(answer: Any, reasons: Mapping[str, str], right: str) -> None:
    """Raise unless the right one was chosen, with the reason why the chosen one is not.

    Parameters
    ----------
    answer : str or None
        What the learner put into ``ANSWER``.
    reasons : mapping of str to str
        Of each choice, what speaks against it.
    right : str
        The choice that is right.

    Raises
    ------
    Wrong
        Nothing was chosen, or not the right one.

    Examples
    --------
    >>> choice("B ", {"a": "Too early.", "b": ""}, right="b")
    >>> choice("a", {"a": "Too early.", "b": ""}, right="b")
    Traceback (most recent call last):
    course.exercises.speaking.Wrong: "a" is not it. Too early.
    """
    letters = [f'"{name}"' for name in sorted({*reasons, right})]
    ask = f"put {', '.join(letters[:-1])} or {letters[-1]} behind ANSWER ="
    if answer is None or answer is ...:
        raise Wrong(f"Nothing is chosen yet: {ask}")
    name = str(answer).strip().lower()
    if name != right and name not in reasons:
        raise Wrong(f"{answer!r} is none of the choices: {ask}")
    if name != right:
        raise Wrong(f'"{name}" is not it. {reasons[name]}')


def first_difference(one: NDArray[Any], other: NDArray[Any], numbers: bool) -> str:
    """Say where two arrays of one shape begin to differ, if they are too long to see it."""
    if one.size < 8:
        return ""
    close = np.isclose(one, other, equal_nan=True) if numbers else one == other
    place = np.argwhere(~close)[0].tolist()
    at = ", ".join(map(str, place))
    mine, theirs = one[tuple(place)], other[tuple(place)]
    return f"; at [{at}] it should be {shown(theirs)} and is {shown(mine)}"


def shown(value: Any) -> str:
    """Write a value shortly."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray | list | tuple):
        array = np.asarray(value, dtype=object if ragged(value) else None)
        text = np.array2string(array, precision=3, threshold=12, edgeitems=3, separator=", ")
        return " ".join(text.split())
    if isinstance(value, float):
        return f"{value:.4g}"
    text = repr(value)
    return text if len(text) < 100 else f"{text[:97]}..."


def ragged(value: Any) -> bool:
    """Tell whether rows have several lengths, so that no array of numbers holds them."""
    try:
        np.asarray(value)
    except ValueError:
        return True
    return False


def shaped(value: NDArray[Any]) -> str:
    """Say what shape something has."""
    if value.ndim == 0:
        return "one value"
    if value.ndim == 1:
        return f"{len(value)} value{'s' * (len(value) != 1)}"
    return f"a table of shape {value.shape}"
