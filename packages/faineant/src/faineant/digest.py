"""What a value *is*: any Python value to 128 bits, the same in every process.

Equal values have equal digests. The order of a plain dict or of a set, interning
and shared references make no difference; type, dtype, shape, order in memory and
every bit of a number do. Nothing here knows numpy or pandas: pickle's protocol 5
hands over their buffers, and an object is what its ``__reduce_ex__`` says it is.
Pickle itself would not do, because its bytes depend on which objects are shared.

Read `digest`, then `Walk`: a value is encoded as a tag and either its own few
bytes or the SHA-256 of its parts, so that a digest is the root of a tree.
"""

from __future__ import annotations

import copyreg
import hashlib
import pickle
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from itertools import repeat
from operator import itemgetter
from types import FunctionType, MappingProxyType
from typing import Any, TypeAlias

from faineant.deep import deeply
from faineant.forms import settled
from faineant.origin import origin
from faineant.tree import tree_hash

__all__ = [
    "DepthError",
    "DigestError",
    "Walk",
    "by_name",
    "digest",
    "hash",
    "part_digest",
    "type_only",
]

CONTAINERS = {"collections", "functools", "numpy", "types"}  # where containers come from
PLAIN = {int, float, str}  # many values of one of these are encoded together

Describe: TypeAlias = Callable[[Any, str | None], Any]


class DigestError(TypeError):
    """A value, or a part of it, has nothing by which it could be told from others.

    Parameters
    ----------
    reason : str
        What stands in the way.
    parts : tuple of str
        The way from the whole to the part, outermost first.
    """

    def __init__(self, reason: str, parts: tuple[str, ...] = ()):
        super().__init__(reason, parts)
        self.reason, self.parts = reason, parts

    def __str__(self) -> str:
        return f"{', '.join(self.parts)}: {self.reason}" if self.parts else self.reason

    def inside(self, part: str) -> DigestError:
        """Give the same error, seen from one step further out."""
        return type(self)(self.reason, (part, *self.parts))


class DepthError(DigestError):
    """A value contains more values within each other than even a large stack can hold."""


def digest(value: Any) -> bytes:
    """Give the digest of a value.

    Functions and classes count by their name here; `faineant.fingerprint` is
    what looks into them.

    Parameters
    ----------
    value : object
        Any value that could be pickled, and some more.

    Returns
    -------
    bytes
        16 bytes, the same for equal values, in every process.

    Raises
    ------
    DigestError
        The value holds something like a lock or an open file; the message
        names the part.

    Examples
    --------
    >>> digest({"a": 1, "b": [2, 3]}) == digest({"b": [2, 3], "a": 1})
    True
    >>> digest(1) == digest(1.0)
    False
    """
    return Walk().digest(value)


def hash(value: Any) -> str:
    """Give the digest of a value as text, by joblib's name.

    Parameters
    ----------
    value : object
        As for `digest`.

    Returns
    -------
    str
        32 hexadecimal digits.

    Examples
    --------
    >>> hash([1, 2]) == hash((1, 2))
    False
    """
    return digest(value).hex()


def part_digest(value: Any) -> bytes:
    """Give the digest of a value that is met on a walk; what is too deep is the walk's to mend."""
    return hashlib.sha256(Walk().afresh(value)).digest()[:16]


def by_name(value: Any, name: str | None = None) -> Any:
    """Describe a function, a class or another global by its name, after finding it there.

    Parameters
    ----------
    value : object
        Any value.
    name : str, optional
        What ``__reduce_ex__`` gave as the value's global name.

    Returns
    -------
    tuple or None
        What to digest in the value's stead; None for a value that is no global.
    """
    if name is None and not issubclass(type(value), FunctionType | type):
        return None
    name = name or value.__qualname__
    return "global", home(value, name), name


def home(value: Any, name: str) -> str:
    """Give the name of the module where a global can be found under its name."""
    for module in homes(value, name):
        found: Any = sys.modules.get(module)
        for step in name.split("."):
            found = getattr(found, step, None)
        if found is value:
            return module
    raise DigestError(f"{value!r} is not to be found under its name, {name!r}")


def homes(value: Any, name: str) -> Iterable[str]:
    """List the modules where a global may live, likeliest first."""
    module = getattr(value, "__module__", None)
    if isinstance(module, str):
        yield module
    yield type(value).__module__  # numpy's ufuncs do not say where they live
    yield pickle.whichmodule(value, name)  # type: ignore[attr-defined]


def length(data: bytes) -> bytes:
    """Give the data with their length in front, so that neighbours cannot be confused."""
    return struct.pack(">Q", len(data)) + data


def of_int(value: int) -> bytes:
    """Encode an integer of any size."""
    return b"i" + length(value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


# One encoding for each type, none of which is the beginning of another one's.
SCALARS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda value: b"N",
    type(Ellipsis): lambda value: b"E",
    type(NotImplemented): lambda value: b"I",
    bool: lambda value: b"T" if value else b"F",
    int: of_int,
    float: lambda value: b"f" + struct.pack(">d", value),
    complex: lambda value: b"c" + struct.pack(">dd", value.real, value.imag),
    str: lambda value: b"s" + length(value.encode("utf-8", "surrogatepass")),
    bytes: lambda value: b"b" + struct.pack(">Q", len(value)) + tree_hash(memoryview(value)),
}


def at_once(values: Any, kind: type | None = None) -> bytes | None:
    """Encode many values of one plain type at the speed of C; None for others."""
    kind = kind or kind_of_all(values)
    if kind is int or kind is float:
        # Pickled numbers share nothing, so their pickle says what they are.
        return b"#" + pickle.dumps(values if type(values) is list else list(values), protocol=5)
    if kind is str:
        lengths = pickle.dumps(list(map(len, values)), protocol=5)
        return b'"' + length(lengths) + "".join(values).encode("utf-8", "surrogatepass")
    return None


def kind_of_all(values: Any) -> type | None:
    """Give the type of many values, if it is one and plain."""
    kind = type(next(iter(values), None))
    if len(values) <= 8 or kind not in PLAIN:
        return None
    # A list counts faster than a set is made: to look at the types is half of the work.
    return kind if list(map(type, values)).count(kind) == len(values) else None


class Walk:
    """Walks through values and encodes them; one walk may digest several.

    Parameters
    ----------
    describe : callable
        Called with each value that is no plain data, and with its global name
        where it has one; returns None, or what to digest in the value's stead.
    lenient : bool
        What has no digest counts by its type, where otherwise it is an error.

    Notes
    -----
    A value that contains itself is met again while it is still open: it is then
    encoded as the number of steps up to it. Parts of such a loop are encoded
    once, and then as the number of loop members back to them (Tarjan's stack),
    so that even a dense graph is walked only once.
    """

    def __init__(self, describe: Describe = by_name, lenient: bool = False):
        self.describe, self.lenient = describe, lenient
        self.strict = False  # within a value that counts as a whole or by its type
        self.soft = self if lenient else Walk(describe, lenient=True)  # for what code uses
        self.known: dict[int, tuple[Any, bytes]] = {}  # holds the value: an id must stay taken
        self.open: dict[int, int] = {}
        self.looped: dict[int, tuple[Any, int, int]] = {}
        self.reach = sys.maxsize  # the outermost open value that was met again

    def digest(self, value: Any) -> bytes:
        """Give the digest of a value, 16 bytes."""
        return hashlib.sha256(self.whole(value)).digest()[:16]

    def whole(self, value: Any) -> bytes:
        """Encode a value that is part of no other."""
        try:
            return deeply(lambda: self.afresh(value))
        except RecursionError:
            raise DepthError(f"a {type(value).__name__} is nested too deep to be walked") from None

    def afresh(self, value: Any) -> bytes:
        """Encode a value, whatever an earlier attempt has left open."""
        self.forget_loops(0)
        self.reach = sys.maxsize
        return self.encode(value)

    def encode(self, value: Any) -> bytes:
        """Encode one value."""
        scalar = SCALARS.get(type(value))
        if scalar is not None:
            return scalar(value)
        place = id(value)
        if place in self.known:
            return self.known[place][1]
        if place in self.open:
            self.reach = min(self.reach, self.open[place])
            return b"^" + struct.pack(">Q", len(self.open) - self.open[place])
        if place in self.looped:
            _, number, reach = self.looped[place]
            self.reach = min(self.reach, reach)
            return b"~" + struct.pack(">Q", len(self.looped) - number)
        return self.enter(value)

    def enter(self, value: Any) -> bytes:
        """Encode a value that has parts, and remember it unless it is in an open loop."""
        place, depth, loops = id(value), len(self.open), len(self.looped)
        outer, self.reach = self.reach, sys.maxsize
        self.open[place] = depth
        try:
            tag, body = self.contents(value)
        finally:
            del self.open[place]
            reach, self.reach = self.reach, min(outer, self.reach)
        encoded = tag + hashlib.sha256(body).digest()
        if reach >= depth:
            self.forget_loops(loops)
            self.known[place] = value, encoded
            self.reach = outer
        else:
            self.looped[place] = value, len(self.looped), reach
        return encoded

    def forget_loops(self, count: int) -> None:
        """Forget all members of loops but the first `count`."""
        while len(self.looped) > count:
            self.looped.popitem()

    def contents(self, value: Any) -> tuple[bytes, bytes]:
        """Give the tag of a value with parts, and its parts encoded."""
        kind = type(value)
        if kind is list or kind is tuple:
            return (b"l" if kind is list else b"t"), self.sequence(value)
        if kind is dict:
            return b"d", self.mapping(value, "key")
        if kind is set or kind is frozenset:
            return (b"S" if kind is set else b"Z"), self.unordered(value)
        if kind is MappingProxyType:
            return b"m", self.mapping(value, "key")
        if kind is pickle.PickleBuffer:
            return b"B", tree_hash(value.raw())
        if kind is bytearray:
            return b"a", tree_hash(memoryview(value))
        if kind is memoryview:
            facts = f"{value.format} {value.shape}".encode()
            return b"v", length(facts) + tree_hash(memoryview(value.tobytes()))
        return b"o", self.thing(value)

    def sequence(self, values: Any) -> bytes:
        """Encode a list or a tuple."""
        return at_once(values) or b"".join(
            [self.part(value, "item", place) for place, value in enumerate(values)]
        )

    def mapping(self, values: Mapping[Any, Any], label: str) -> bytes:
        """Encode a dict; its order does not count."""
        values = dict(values)  # another thread may change what code uses
        kind = kind_of_all(values)
        if kind is str or kind is int:
            keys = sorted(values)
            held = list(itemgetter(*keys)(values))
            body = at_once(held) or b"".join(map(self.part, held, repeat(label), keys))
            return b"=" + length(at_once(keys, kind) or b"") + body
        loops = len(self.looped)
        encoded_keys = []
        for key in values:
            encoded_keys.append((self.part(key, f"{label} (itself)", key), key))
            self.forget_loops(loops)
        encoded_keys.sort(key=lambda pair: pair[0])
        pairs = [encoded + self.part(values[key], label, key) for encoded, key in encoded_keys]
        return b"".join(sorted(pairs))

    def unordered(self, values: Iterable[Any]) -> bytes:
        """Encode a set; each item as if it were the first."""
        loops, encoded = len(self.looped), []
        for value in list(values):  # another thread may change what code uses
            encoded.append(self.part(value, "item", value))
            self.forget_loops(loops)
        return b"".join(sorted(encoded))

    def thing(self, value: Any) -> bytes:
        """Encode what is no plain data: code by its description, an object by its parts."""
        described = self.described(value, None)
        if described is not None:
            return described
        if self.lenient and not self.strict and is_foreign(type(value)):
            return self.all_or_type(value)
        if self.strict and origin(str(type(value).__module__)) is None:
            return self.leniently(self.taken_apart, value)
        return self.taken_apart(value)

    def leniently(self, encode: Callable[[Any], bytes], value: Any) -> bytes:
        """Encode what is the user's own, wherever it is met."""
        strict, self.strict = self.strict, False
        try:
            return encode(value)
        finally:
            self.strict = strict

    def all_or_type(self, value: Any) -> bytes:
        """Encode a value of a package's class; one that holds locks, say a pool, by its type."""
        loops = len(self.looped)
        if type(value).__module__ != "weakref":  # what comes and goes by itself
            self.strict = True
            try:
                return self.taken_apart(value)
            except DepthError:
                raise
            except DigestError:
                self.forget_loops(loops)
            finally:
                self.strict = False
        return type_only(value)

    def taken_apart(self, value: Any) -> bytes:
        """Encode an object by what it says it is made of."""
        try:
            reduced = reduce(value)
        except RecursionError:
            raise
        except Exception as error:
            if self.lenient and not self.strict:
                return type_only(value)
            kind = f"{type(value).__module__}.{type(value).__qualname__}"
            raise DigestError(f"a {kind} has no value to go by ({error})") from error
        if isinstance(reduced, str):
            described = self.described(value, reduced)
            assert described is not None, "describe() has an answer for everything with a name"
            return described
        return self.reduction(value, *reduced)

    def described(self, value: Any, name: str | None) -> bytes | None:
        """Encode what `describe` gives; what code uses is never an error."""
        try:
            description = self.describe(value, name)
        except DigestError as error:
            if not self.lenient or self.strict or isinstance(error, DepthError):
                raise
            description = "unnamed", type(value).__module__, type(value).__qualname__
        if description is None:
            return None
        return b"!" + self.leniently(self.soft.encode, description)

    def reduction(
        self,
        value: Any,
        make: Any,
        arguments: Any,
        state: Any = None,
        items: Iterable[Any] | None = None,
        pairs: Iterable[tuple[Any, Any]] | None = None,
        setter: Any = None,
    ) -> bytes:
        """Encode what ``__reduce_ex__`` gave, in the meaning that pickle gives to it."""
        encoded = [self.part(make, "maker", make), self.part(arguments, "content", None)]
        if type(state) is dict:
            encoded.append(b"D" + hashlib.sha256(self.mapping(state, "attribute")).digest())
        elif type(state) is tuple and len(state) == 2 and type(state[1]) is dict:
            encoded.append(self.part(state[0], "attributes", None))
            encoded.append(b"D" + hashlib.sha256(self.mapping(state[1], "attribute")).digest())
        else:
            encoded.append(self.part(state, "state", None))
        encoded.append(self.part(None if items is None else list(items), "items", None))
        ordered = pairs is None or isinstance(value, OrderedDict)
        listed = None if pairs is None else list(pairs)
        encoded.append(self.part(listed if ordered else dict(listed or ()), "items", None))
        encoded.append(self.part(setter, "setter", None))
        return b"".join(encoded)

    def part(self, value: Any, label: str, name: Any) -> bytes:
        """Encode a part; an error learns where it happened."""
        try:
            return self.encode(value)
        except DigestError as error:
            raise error.inside(label if name is None else f"{label} {name!r:.60}") from error


def type_only(value: Any) -> bytes:
    """Encode the type of what has no digest."""
    return b"?" + f"{type(value).__module__}.{type(value).__qualname__}".encode()


def is_foreign(kind: type) -> bool:
    """Tell whether a class is Python's or a package's, and no mere container."""
    module = str(kind.__module__)
    return module.partition(".")[0] not in CONTAINERS and origin(module) is not None


def reduce(value: Any) -> Any:
    """Ask a value what it is made of, as pickle does."""
    return settled(value, as_pickle_does)


def as_pickle_does(value: Any) -> Any:
    """Give what pickle would keep of a value; arrays as a round trip would give them."""
    reducer = copyreg.dispatch_table.get(type(value))
    if reducer is not None:
        return reducer(value)
    kind = type(value)
    if (kind.__module__, kind.__qualname__) == ("numpy", "ndarray") and not value.dtype.hasobject:
        flags = value.flags
        if not (flags.c_contiguous or flags.f_contiguous):
            value = value.copy("C")  # as a round trip through pickle would give it
    return value.__reduce_ex__(5)
