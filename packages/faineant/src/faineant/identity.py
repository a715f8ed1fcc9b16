"""What a function is, worked out once for each version that is loaded.

`Identity.digest` is asked at each call of a cached function. It walks through the
function and what that uses the first time, and again only when its `Watch` says
that something has been rebound, changed or reloaded.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from types import MethodType
from typing import Any, NamedTuple

from faineant.deep import deeply
from faineant.digest import Walk, part_digest, type_only
from faineant.fingerprint import CODE, Description, qualified_name
from faineant.origin import module_name, origin
from faineant.travel import called, found_at
from faineant.watch import Watch

__all__ = ["Identity", "checked_uses", "identity_of", "kept_identity"]


class Look(NamedTuple):
    """What one look at a function found."""

    digest: bytes
    watch: Watch
    met: dict[str, Any]


class Identity:
    """Knows what a function is, as long as it is that.

    Parameters
    ----------
    function : callable
        Any function or callable object.
    uses : iterable of callable or path-like
        What else decides what it returns: functions that it finds in ways that
        cannot be followed, and files that it reads, by their content.

    Raises
    ------
    TypeError
        One of `uses` is neither.
    FileNotFoundError
        One of `uses` names no file.

    Examples
    --------
    >>> identity = Identity(lambda x: x + 1)
    >>> identity.digest() == Identity(lambda x: x + 1).digest()
    True
    >>> list(identity.parts())
    ['function faineant.identity.<lambda>']
    """

    def __init__(self, function: Any, uses: Iterable[Any] = ()):
        self.function, self.uses = function, checked_uses(uses)
        self.look: Look | None = None
        self.told: tuple[Look, dict[str, str]] | None = None

    def digest(self) -> bytes:
        """Give the digest of the function; at the price of a glance while nothing has changed."""
        look = self.look
        if look is None or not look.watch.unchanged():
            self.look = look = deeply(self.look_again)
        return look.digest

    def look_again(self) -> Look:
        """Walk through the function and all that it uses."""
        description = Description()
        walk = Walk(description, lenient=True)
        description.watch.value(self.function)
        whole: list[Any] = [qualified_name(self.function), self.function]
        description.met |= parts_held(self.function)
        for each in self.uses:
            if isinstance(each, Path):
                description.watch.file(str(each))  # noted first: a change meanwhile is seen later
                description.met[f"file {each}"] = found = digest_of_file(each)
                whole.append((each.name, found))
            else:
                whole.append((qualified_name(each), each))
        found = hashlib.sha256(walk.afresh(tuple(whole))).digest()[:16]
        return Look(found, description.watch, description.met)

    def parts(self) -> dict[str, str]:
        """Tell what the function consisted of when it was last looked at.

        Returns
        -------
        dict of str to str
            Names for people, such as ``"constant helper.SCALE"``, to short
            digests, versions of packages, or the type of what has no digest.
        """
        look = self.look = self.look or self.look_again()
        if self.told is None or self.told[0] is not look:
            self.told = look, {name: in_short(value) for name, value in sorted(look.met.items())}
        return self.told[1]


class Same:
    """Stands for one object, whatever that says it is equal to."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@functools.lru_cache(maxsize=256)
def identity_of_same(same: Same) -> Identity:
    """Make the identity of what is asked for the first time, or after many others."""
    return Identity(same.value)


def kept_identity(value: Any) -> Identity:
    """Give the identity of a function or a class that is asked for again and again."""
    return identity_of_same(Same(value))


def identity_of(function: Any, uses: Iterable[Any] = ()) -> Identity:
    """Give the identity of a function: one for all who cache what its module keeps.

    So does an estimator at each fit. A function without such a place may hold large things in
    its cells: it is kept by nobody but who caches it.
    """
    if not uses and found_at(*called(function)) is function:
        return kept_identity(function)
    return Identity(function, uses)


def parts_held(function: Any) -> dict[str, Any]:
    """Give what a callable holds beside code: the object of a method, what a partial fixes."""
    name, held = qualified_name(function), getattr(function, "__self__", None)
    if isinstance(function, functools.partial):
        fixed = {f"fixed arguments of {name}": (function.args, function.keywords)}
        return fixed | parts_held(function.func)
    if isinstance(function, MethodType) and not isinstance(held, CODE):
        return {f"object of {name}": held}
    if origin(module_name(type(function))) is None:
        return {f"object {name}": function}
    return {}


def checked_uses(uses: Iterable[Any]) -> tuple[Any, ...]:
    """Tell functions and files apart, and refuse the rest."""
    if isinstance(uses, str | os.PathLike):
        raise TypeError(f"uses={uses!r} is one thing; give a list: uses=[{uses!r}]")
    checked = []
    for each in uses:
        if isinstance(each, str | os.PathLike):
            file = Path(each).expanduser()
            if not file.is_file():
                raise FileNotFoundError(f"uses names {str(file)!r}, and there is no such file")
            checked.append(file.absolute())
        elif callable(each):
            checked.append(each)
        else:
            raise TypeError(f"uses holds {each!r}; it can hold functions and names of files")
    return tuple(checked)


def digest_of_file(file: Path) -> bytes:
    """Give the digest of what is in a file."""
    return part_digest(file.read_bytes())


def in_short(value: Any) -> str:
    """Show a part in a few characters: equal for equal parts."""
    if type(value) is tuple and len(value) > 2 and value[0] in ("package", "python"):
        return " ".join(map(str, value[1:] if value[0] == "python" else value[2:]))
    if type(value) is bytes and len(value) == 16:
        return value.hex()[:12]
    found, kind = Walk(Description(), lenient=True).whole(value), type(value)
    if found == b"o" + hashlib.sha256(type_only(value)).digest():
        return f"only its type, {kind.__module__}.{kind.__qualname__}"
    return hashlib.sha256(found).hexdigest()[:12]
