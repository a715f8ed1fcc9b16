"""A key for arguments.

A cache keeps each result under a key. The same call must always have the same key, however it is
written. For

    def smooth(photo, width=3): ...

smooth("ada"), smooth(photo="ada"), smooth("ada", 3) and smooth(width=3, photo="ada") are one call.
And smooth("ada", 5) is another one.

key() below takes arguments as they were written, so it gives four keys for one call. signature
knows the function's parameters: signature.bind(*args, **kwargs) says which argument goes to which
parameter, and the result has a method that adds the defaults of all those that were left out.

What to return: something that is the same for the same call, different for different calls, and
fit to be the key of a dict (a tuple, say).
"""

import inspect


def key(function, args, kwargs):
    """Give the key of the call function(*args, **kwargs)."""
    return (args, tuple(sorted(kwargs.items())))
