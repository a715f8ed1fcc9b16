"""What is known of a call beside its result: for people, and to say what differs from another.

It is written into each file, so it is written quickly: all of it is texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import NamedTuple

__all__ = ["Facts"]

MOST_PARTS = 200  # of a function are written into each of its files
WRITTEN: dict[int, tuple[dict[str, str], str]] = {}  # a function's parts are the same for long


class Facts(NamedTuple):
    """What is known of a call.

    Attributes
    ----------
    call : str
        It in words, arguments shortened.
    input_args : dict of str to str
        What each parameter got, shortened.
    arguments : dict of str to str
        A short digest of each.
    function : dict of str to str
        The parts of the function, as `Identity.parts` tells them.

    Examples
    --------
    >>> facts = Facts("f(3)", {"x": "3"}, {"x": "69"}, {"function m.f": "c1ceb6"})
    >>> Facts.read(facts.in_json()) == facts
    True
    """

    call: str = ""
    input_args: dict[str, str] = {}  # noqa: RUF012  (nobody changes it)
    arguments: dict[str, str] = {}  # noqa: RUF012
    function: dict[str, str] = {}  # noqa: RUF012

    def in_json(self) -> bytes:
        """Write it down."""
        return (
            f'{{"call": {quoted(self.call)}, "input_args": {table(self.input_args)}, '
            f'"arguments": {table(self.arguments)}, "function": {parts(self.function)}}}'
        ).encode()

    @classmethod
    def read(cls, text: bytes) -> Facts:
        """Read what was written down.

        Parameters
        ----------
        text : bytes
            What `in_json` gave.

        Returns
        -------
        Facts
            The same.

        Raises
        ------
        ValueError
            It is no such text.
        """
        known = json.loads(text)
        if not isinstance(known, dict) or not known.keys() <= set(cls._fields):
            raise ValueError(f"these are no facts of a call: {known!r:.60}")
        return cls(**known)


def table(texts: Mapping[str, str]) -> str:
    """Write names and texts as a JSON object."""
    return f"{{{', '.join(f'{quoted(name)}: {quoted(text)}' for name, text in texts.items())}}}"


def parts(function: dict[str, str]) -> str:
    """Write the parts of a function, once for each version that is loaded."""
    known = WRITTEN.get(id(function))
    if known is not None and known[0] is function:
        return known[1]
    if len(WRITTEN) > 1000:
        WRITTEN.clear()
    written = table(dict(list(function.items())[:MOST_PARTS]))
    WRITTEN[id(function)] = function, written
    return written
