"""Why a call would be remembered, or why it would run: what differs from the nearest earlier one.

Each file says which parts its function had (helpers, constants, versions of
packages) and what its arguments were, each with a short digest. Two calls differ
in what is not the same in both.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from faineant.facts import Facts
from faineant.pack import Head
from faineant.units import age_in_words, time_in_words

__all__ = ["Why", "damaged", "hit", "miss"]

ONLY_TYPE = "only its type, "


@dataclass(frozen=True, repr=False)
class Why:
    """What decides about a call; shown, it is sentences.

    Attributes
    ----------
    hit : bool
        Whether the call would be remembered.
    reasons : tuple of str
        Why, or why not.
    """

    hit: bool
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.reasons)

    __repr__ = __str__


def hit(now: Facts, head: Head, good: bool) -> Why:
    """Say why a call that is kept would be remembered, or why not.

    Parameters
    ----------
    now : Facts
        The facts of the call.
    head : Head
        Of its file.
    good : bool
        What the user's own check says of it.

    Returns
    -------
    Why
    """
    kept = (
        f"computed {age_in_words(time.time() - head.created)} ago, in {time_in_words(head.seconds)}"
    )
    if not good:
        judge = "cache_validation_callback says that this is no longer good"
        return Why(False, (f"{now.call} would run: it was {kept}, and {judge}.",))
    return Why(True, (f"{now.call} is remembered: {kept}.", *by_type(now)))


def damaged(now: Facts) -> Why:
    """Say that a call would run because its file is not what was written.

    Parameters
    ----------
    now : Facts
        The facts of the call.

    Returns
    -------
    Why
    """
    return Why(False, (f"{now.call} would run: it is kept, and its file is damaged.",))


def miss(now: Facts, earlier: list[Head]) -> Why:
    """Say why a call would run.

    Parameters
    ----------
    now : Facts
        The facts of the call.
    earlier : list of Head
        Of kept calls of the same function, the newest first.

    Returns
    -------
    Why
    """
    call = now.call
    if not earlier:
        return Why(False, (f"{call} would run: no call of this function is kept.", *by_type(now)))
    compared = [(differences(Facts.read(head.facts), now), head) for head in earlier]
    differs, nearest = min(compared, key=lambda pair: len(pair[0]))  # the newest of equals
    then = Facts.read(nearest.facts).call
    when = age_in_words(time.time() - nearest.created)
    if not differs:
        differs = ["its parameters, or which of them are ignored, differ"]
    return Why(
        False,
        (
            f"{call} would run. Against the nearest call that is kept, {then} of {when} ago:",
            *(f"- {each}" for each in differs),
            *by_type(now),
        ),
    )


def differences(then: Facts, now: Facts) -> list[str]:
    """List what is not the same in two calls."""
    found = []
    before, after = then.arguments, now.arguments
    shown_before, shown_after = then.input_args, now.input_args
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            old, new = shown_before.get(name, "nothing"), shown_after.get(name, "nothing")
            values = f": {old} then, {new} now" if old != new else ""
            found.append(f"argument {name} differs{values}")
    before, after = then.function, now.function
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            found.append(f"{name} is used now, and was not then")
        elif name not in after:
            found.append(f"{name} was used then, and is not now")
        elif before[name] != after[name]:
            versions = f": {before[name]} then, {after[name]} now"
            found.append(f"{name} differs{versions if name.startswith(('package', 'Py')) else ''}")
    return found


def by_type(now: Facts) -> list[str]:
    """List what has no value to go by, so that only its type counts."""
    return [
        f"Of {name} only the type counts, {told.removeprefix(ONLY_TYPE)}."
        for name, told in now.function.items()
        if told.startswith(ONLY_TYPE)
    ]
