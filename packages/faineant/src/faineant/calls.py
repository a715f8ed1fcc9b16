"""What a call is: its arguments by the parameters they are for, so that f(1) and f(x=1) are one.

Python itself binds arguments faster than any library: `binder` writes a function
with the same parameters that returns them, and everything else here is for what
that cannot say.
"""

from __future__ import annotations

import hashlib
import inspect
import keyword
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, NamedTuple

from faineant.digest import SCALARS, DigestError, Walk, digest
from faineant.fingerprint import describe
from faineant.identity import Identity, kept_identity
from faineant.origin import origin
from faineant.words import name_of

__all__ = ["Arguments", "Call", "check_function", "checked_names", "signature_of"]

EMPTY: dict[type, bytes] = {tuple: b"()", dict: b"{}"}  # what *args and **kwargs hold in most calls


class Arguments(NamedTuple):
    """The arguments of one call, by the parameters they are for.

    Attributes
    ----------
    head : bytes
        What tells the form of the call.
    names : tuple of str
        The parameters that count.
    values : tuple
        What they get.
    codes : list of bytes
        What tells one value from another.
    """

    head: bytes
    names: tuple[str, ...]
    values: tuple[Any, ...]
    codes: list[bytes]

    def key(self, identity: Identity) -> str:
        """Give the key of the call of a function: 32 hexadecimal digits."""
        parts = b"".join((self.head, identity.digest(), *self.codes))
        return hashlib.sha256(parts).hexdigest()[:32]

    def digests(self) -> dict[str, str]:
        """Give a short digest of each argument, for comparing two calls."""
        return {
            name: code.hex() if len(code) < 16 else hashlib.sha256(code).hexdigest()[:12]
            for name, code in zip(self.names, self.codes, strict=True)
        }


class Call:
    """Gives calls of one function their keys.

    Parameters
    ----------
    function : callable
        What is called.
    signature : inspect.Signature or None
        How; None for functions that do not tell.
    ignore : frozenset of str
        Parameters that make no difference.

    Examples
    --------
    >>> def f(x, y=2): ...
    >>> call, identity = Call(f, inspect.signature(f)), Identity(f)
    >>> one, other = call.encoded((1,), {}), call.encoded((), {"y": 2, "x": 1})
    >>> one.key(identity) == other.key(identity)
    True
    """

    def __init__(
        self,
        function: Any,
        signature: inspect.Signature | None,
        ignore: frozenset[str] = frozenset(),
    ):
        self.function, self.ignore = function, ignore
        self.prepare(signature)

    def prepare(self, signature: inspect.Signature | None) -> None:
        """Work out all that is the same for each call."""
        self.defaults = getattr(self.function, "__defaults__", None)
        self.extra = getattr(self.function, "__kwdefaults__", None)
        self.signature = signature
        self.names = kept_names(signature, self.ignore)
        self.bind = binder(signature, self.ignore) or self.bind_slowly
        kinds = [] if signature is None else [str(p.kind) for p in signature.parameters.values()]
        self.head = digest((self.names, kinds, sorted(self.ignore)))

    def arguments(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[bytes, tuple[str, ...], tuple[Any, ...]]:
        """Bind a call; give what tells its form, the parameters, and what they get."""
        function = self.function
        if type(function) is FunctionType and (
            function.__defaults__ is not self.defaults or function.__kwdefaults__ is not self.extra
        ):
            self.prepare(signature_of(function))
        try:
            return self.head, self.names, self.bind(*args, **kwargs)
        except TypeError:
            if self.signature is None or hasattr(function, "__wrapped__"):
                # A decorator may take other arguments than what it wraps.
                return b"as given", ("args", "kwargs"), (args, without(kwargs, self.ignore))
            return self.head, self.names, self.bind_slowly(*args, **kwargs)

    def bind_slowly(self, /, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Bind as `inspect` does, with its words where that fails."""
        if self.signature is None:
            return args, without(kwargs, self.ignore)
        try:
            call = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{name_of(self.function)}(): {error}") from None
        call.apply_defaults()
        named = call.arguments
        for name, parameter in self.signature.parameters.items():
            if parameter.kind is parameter.VAR_KEYWORD:
                named[name] = without(named[name], self.ignore)
        return tuple(named[name] for name in self.names)

    def encoded(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        """Bind the arguments of a call, and encode each.

        Parameters
        ----------
        args, kwargs : tuple, dict
            The arguments.

        Returns
        -------
        Arguments
            By the parameters they are for.

        Raises
        ------
        DigestError
            An argument cannot be told from others; the message names the part.
        TypeError
            The function cannot be called like this.
        """
        head, names, values = self.arguments(args, kwargs)
        codes = []
        walk = None
        for place, value in enumerate(values):
            kind = type(value)
            if (scalar := SCALARS.get(kind)) is not None:
                codes.append(scalar(value))
            elif kind in EMPTY and not value:
                codes.append(EMPTY[kind])
            else:
                walk = walk or Walk(describe_argument)
                codes.append(self.encode(walk, names[place], value))
        return Arguments(head, names, values, codes)

    def encode(self, walk: Walk, name: str, value: Any) -> bytes:
        """Encode an argument; an error says which one it was and what to do."""
        try:
            return walk.whole(value)
        except DigestError as error:
            parts = f"argument {name!r} of {name_of(self.function)}", *error.parts
            if len(parts) > 7:
                parts = *parts[:4], "...", *parts[-3:]
            raise DigestError(
                f"{error.reason}; leave the argument out of the key with "
                f"memory.cache(ignore=[{name!r}]) if it makes no difference, or call the "
                "function with plainer values",
                parts,
            ) from error


def describe_argument(value: Any, name: str | None = None) -> Any:
    """Describe code among arguments; what modules hold is worked out once, and watched."""
    own = issubclass(type(value), FunctionType | type) and origin(str(value.__module__)) is None
    if own and "<" not in value.__qualname__:
        return "own code", kept_identity(value).digest()
    return describe(value, name)


def kept_names(signature: inspect.Signature | None, ignore: frozenset[str]) -> tuple[str, ...]:
    """List the parameters that count."""
    if signature is None:
        return "args", "kwargs"
    return tuple(name for name in signature.parameters if name not in ignore)


def without(kwargs: dict[str, Any], ignore: frozenset[str]) -> dict[str, Any]:
    """Leave out what does not count."""
    return {name: value for name, value in kwargs.items() if name not in ignore}


def binder(
    signature: inspect.Signature | None, ignore: frozenset[str]
) -> Callable[..., tuple[Any, ...]] | None:
    """Write a function that takes the same arguments and returns those that count."""
    if signature is None:
        return None
    words: list[str] = []
    defaults: dict[str, Any] = {}
    kind = None
    for place, parameter in enumerate(signature.parameters.values()):
        name = parameter.name
        if not name.isidentifier() or keyword.iskeyword(name):
            return None
        if parameter.kind is parameter.VAR_KEYWORD and ignore - set(signature.parameters):
            return None
        if kind is parameter.POSITIONAL_ONLY and parameter.kind is not kind:
            words.append("/")
        if parameter.kind is parameter.KEYWORD_ONLY and kind not in (
            parameter.VAR_POSITIONAL,
            parameter.KEYWORD_ONLY,
        ):
            words.append("*")
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else stars
        given = "" if parameter.default is parameter.empty else f"=default_{place}"
        words.append(stars + name + given)
        defaults[f"default_{place}"] = parameter.default
        kind = parameter.kind
    if kind is inspect.Parameter.POSITIONAL_ONLY:
        words.append("/")
    kept = "".join(f"{name}, " for name in kept_names(signature, ignore))
    written: Callable[..., tuple[Any, ...]] = eval(f"lambda {', '.join(words)}: ({kept})", defaults)
    return written


def check_function(func: Any) -> None:
    """Raise unless a call of it returns something that can be kept."""
    if isinstance(func, staticmethod | classmethod):
        kind = type(func).__name__
        raise TypeError(f"put @{kind} above @memory.cache, so that it wraps what is cached")
    if not callable(func):
        raise TypeError(f"{func!r} cannot be called; memory.cache takes a function")
    kinds = {
        "a generator": inspect.isgeneratorfunction,
        "an asynchronous generator": inspect.isasyncgenfunction,
    }
    for kind, is_one in kinds.items():
        if is_one(func):
            raise TypeError(
                f"{name_of(func)} returns {kind}, which is used up once and cannot be kept; "
                "cache a function that returns its values, as a list for example"
            )


def signature_of(func: Any) -> inspect.Signature | None:
    """Give the signature; None for functions that tell none, such as ufuncs."""
    try:
        return inspect.signature(func)
    except (ValueError, TypeError):
        return None


def checked_names(
    func: Any, signature: inspect.Signature | None, ignore: Iterable[str] | None
) -> frozenset[str]:
    """Check that what is to be ignored are parameters."""
    if isinstance(ignore, str):
        raise TypeError(f"ignore={ignore!r} is one name; give a list: ignore=[{ignore!r}]")
    names = frozenset(name.lstrip("*") for name in ignore or ())
    parameters = {} if signature is None else dict(signature.parameters)
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    unknown = sorted(names - set(parameters))
    if unknown and not takes_any:
        raise ValueError(
            f"ignore names {unknown}, and the parameters of {name_of(func)} are {list(parameters)}"
        )
    return names
