"""A cache with a dict.

A dict is enough to be lazy. remember(function) gives a function that does the same, but keeps the
results, and does not run twice for the same arguments.

It nearly works. Three things are wrong:

1. known={} stands in the line with def. Python makes it once, when it reads that line, so all
   functions share it. Each function needs its own: make it inside.
2. known.get(args) is None when nothing is known. But None, 0 and an empty list can be results, too.
   Ask whether args is in known.
3. The result is kept under the first argument. f(1, 2) and f(1, 3) are different calls.

What to return: remember() returns the inner function, which returns the result.
"""


def remember(function):
    """Give a function that runs only for arguments that it has not seen."""
    known = {}

    def remembered(*args):
        if args[0] not in known:
            known[args[0]] = function(*args)
        return known[args[0]]

    return remembered
