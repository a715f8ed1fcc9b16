"""What exercise 19 expects of a key for arguments."""

from course.exercises.speaking import Wrong

CHAPTER = 14
HINTS = (
    "The four calls differ in what is written, and agree in what each parameter gets in the end. "
    "So make the key of that.",
    "call = signature.bind(*args, **kwargs), then call.apply_defaults(). Now call.arguments is a "
    "dict from each parameter to what it gets, in the order of the parameters.",
    "return tuple(call.arguments.items())",
)
MINE = {}


def smooth(photo, width=3, *, border="grey"):
    """Stand for some function."""


def swap(first, second):
    """Stand for another one."""


def check(mine, rng):
    """Write one call in several ways, and several calls in one."""
    who = str(rng.choice(["ada", "ben", "cleo"]))
    look_at_kind(mine, who)
    for args, kwargs, why in same_calls(who):
        if key_of(mine, smooth, args, kwargs) != key_of(mine, smooth, (who,), {}):
            raise Wrong(
                f"{written('smooth', (who,), {})} and {written('smooth', args, kwargs)} are the "
                f"same call, but key() gives {key_of(mine, smooth, (who,), {})} and "
                f"{key_of(mine, smooth, args, kwargs)}. {why}"
            )
    for function, one, other, why in other_calls(who, int(rng.integers(4, 9))):
        keys = [key_of(mine, function, *call) for call in (one, other)]
        if keys[0] == keys[1]:
            name = function.__name__
            raise Wrong(
                f"{written(name, *one)} and {written(name, *other)} are different calls, but "
                f"key() gives {keys[0]} for both. {why}"
            )


def key_of(mine, function, args, kwargs):
    """Ask for a key."""
    return mine.key(function, args, dict(kwargs))


def same_calls(who):
    """List the ways to write one call, and what each needs."""
    return [
        ((), {"photo": who}, "An argument may be given by place or by name: bind() knows both."),
        ((who, 3), {}, "3 is the default of width: add what was left out with apply_defaults()."),
        ((), {"width": 3, "photo": who}, "The order of named arguments does not matter."),
        ((), {"photo": who, "width": 3}, "The order of named arguments does not matter."),
        ((who,), {"border": "grey"}, "border has a default, too: apply_defaults() adds all."),
    ]


def other_calls(who, width):
    """List pairs of calls that differ, and why a key may overlook it."""
    return [
        (smooth, ((who,), {}), ((who, width), {}), "Another width is another result."),
        (smooth, ((who,), {}), ((who + who,), {}), "Another photo is another result."),
        (smooth, ((who,), {}), ((who,), {"border": "black"}), "border counts as well."),
        (
            swap,
            ((width, 2), {}),
            ((2, width), {}),
            "Which argument goes to which parameter matters: do not sort the values.",
        ),
        (
            swap,
            ((), {"first": 1, "second": width}),
            ((), {"first": width, "second": 1}),
            "The names alone do not tell what they were given.",
        ),
    ]


def look_at_kind(mine, who):
    """See that a key is fit for a dict."""
    key = key_of(mine, smooth, (who,), {})
    if key is None:
        raise Wrong("key() gave None: is there a return at the end?")
    try:
        hash(key)
    except TypeError as error:
        raise Wrong(
            f"key() gave a {type(key).__name__}, {key}, which cannot be the key of a dict "
            f"({error}). tuple(...) makes one that can."
        ) from error
    if key != key_of(mine, smooth, (who,), {}):
        raise Wrong("key() gave two different keys for the same call, written in the same way.")


def written(name, args, kwargs):
    """Write a call as one types it."""
    parts = [repr(arg) for arg in args] + [f"{name}={value!r}" for name, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"
