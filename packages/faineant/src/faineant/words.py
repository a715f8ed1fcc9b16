"""Calls in words: what is printed when one runs, and what an error says it was."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["call_in_words", "duration", "name_of", "say", "shortened"]

LONGEST = 1500
SHORT = (bool, float, type(None))  # whatever they are
FAR = 10**19


def name_of(function: Any) -> str:
    """Give the name by which a person would call a function.

    Parameters
    ----------
    function : callable
        Any callable.

    Returns
    -------
    str
        Its qualified name, without the places it is nested in.

    Examples
    --------
    >>> name_of(lambda x: x)
    '<lambda>'
    """
    while hasattr(function, "func") and not hasattr(function, "__qualname__"):
        function = function.func  # functools.partial
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    return str(name or type(function).__qualname__).rpartition("<locals>.")[2]


def call_in_words(
    function: Any, args: Sequence[Any], kwargs: Mapping[str, Any], longest: int = LONGEST
) -> str:
    """Write a call as one would type it, long arguments shortened.

    Parameters
    ----------
    function : callable
        What is called.
    args, kwargs : sequence, mapping
        With what.
    longest : int
        The most characters that one argument may take.

    Returns
    -------
    str
        Like ``f(1, x='a')``; lines of an argument stand below each other.

    Examples
    --------
    >>> call_in_words(max, [1, 2], {"key": "abc"})
    "max(1, 2, key='abc')"
    """
    text = f"{name_of(function)}("
    words = [("", value) for value in args] + [(f"{name}=", kwargs[name]) for name in kwargs]
    for number, (name, value) in enumerate(words):
        text += f"{', ' if number else ''}{name}"
        column = len(text) - text.rfind("\n") - 1
        text += shortened(value, longest).replace("\n", "\n" + " " * column)
    return f"{text})"


def shortened(value: Any, longest: int = LONGEST) -> str:
    """Give the representation of a value, cut where it is long; never an error.

    Parameters
    ----------
    value : object
        Anything.
    longest : int
        The most characters.

    Returns
    -------
    str
        With ``...`` where something is left out.

    Examples
    --------
    >>> shortened("a" * 5000, longest=20)
    "'aaaaaaa...aaaaaaaa'"
    """
    kind = type(value)
    if kind in SHORT or (kind is int and -FAR < value < FAR) or (kind is str and len(value) < 20):
        return repr(value)
    short = reprlib.Repr()
    short.maxlist = short.maxtuple = short.maxset = short.maxfrozenset = short.maxdict = 20
    short.maxstring = short.maxlong = min(longest, 200)
    short.maxother = longest
    try:
        text = short.repr(value)
    except Exception as error:  # reprlib goes by names of classes; long numbers have no digits
        text = f"<{kind.__qualname__}, not shown: {type(error).__name__}>"
    if not text.isascii():  # half of a character can be neither printed nor kept
        text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def say(text: str) -> None:
    """Print a text; characters that the terminal or file lacks are spelled out.

    Parameters
    ----------
    text : str
        Any.
    """
    try:
        print(text, flush=True)
    except UnicodeEncodeError:
        print(text.encode("ascii", "backslashreplace").decode(), flush=True)


def duration(seconds: float) -> str:
    """Say how long a call took, as the talk's slide does.

    Parameters
    ----------
    seconds : float
        How long.

    Returns
    -------
    str
        In seconds, and in minutes from one minute on.

    Examples
    --------
    >>> duration(0.04), duration(90.0)
    ('0.0s', '90.0s, 1.5min')
    """
    return f"{seconds:.1f}s" if seconds < 60 else f"{seconds:.1f}s, {seconds / 60:.1f}min"
