"""What exercise 18 expects of a cache with a dict."""

from course.exercises.speaking import Wrong, same

CHAPTER = 13
HINTS = (
    "Which of the lines is run once, which once for each function, and which at each call? The "
    "dict should be made once for each function.",
    "args is a tuple of all arguments, and a tuple may be the key of a dict. 'args not in known' "
    "asks whether it is there, whatever the result was.",
    "def remember(function): known = {} ... if args not in known: known[args] = function(*args)",
)
MINE = {}


def check(mine, rng):
    """Count how often functions are run."""
    a, b, c = (int(n) for n in rng.choice(1000, 3, replace=False))
    power, calls = counted(lambda *args: sum(args) * 10)
    lazy = mine.remember(power)
    if not callable(lazy):
        raise Wrong("remember() should give a function: does it end with return remembered?")
    same(lazy(a, b), (a + b) * 10, f"f({a}, {b})")
    same(lazy(a, b), (a + b) * 10, f"f({a}, {b}), called again")
    if len(calls) != 1:
        raise Wrong(
            f"f({a}, {b}) was called twice and run {len(calls)} times; it should run once. Is the "
            "result kept, and looked for under the same key?"
        )
    look_at_arguments(lazy, a, b, c)
    look_at_two_functions(mine, a)
    look_at_empty_results(mine)
    look_at_errors(mine, a)


def counted(function):
    """Give a function that notes its calls, and the notes."""
    calls = []

    def counting(*args):
        calls.append(args)
        return function(*args)

    return counting, calls


def look_at_arguments(lazy, a, b, c):
    """See that all arguments count, and their order."""
    found = lazy(a, c)
    if found != (a + c) * 10:
        raise Wrong(
            f"f({a}, {b}) was called, then f({a}, {c}): expected {(a + c) * 10}, got {found}, the "
            "result of the first. The key must hold *all* arguments: args, not args[0]."
        )
    same(lazy(), 0, "f(), without any argument")


def look_at_two_functions(mine, a):
    """See that two functions do not share one dict."""
    double, triple = mine.remember(lambda x: 2 * x), mine.remember(lambda x: 3 * x)
    double(a)
    found = triple(a)
    if found != 3 * a:
        raise Wrong(
            f"Two functions were made lazy, double and triple. double({a}) is {2 * a}. Then "
            f"triple({a}) gave {found}: both share one dict. A default value such as known={{}} "
            "is made once, for all calls of remember(); so is a dict outside of it."
        )


def look_at_empty_results(mine):
    """See that None and nothing are results."""
    for result in (0, None, []):
        function, calls = counted(lambda _, result=result: result)
        lazy = mine.remember(function)
        lazy("photo")
        same(lazy("photo"), result, f"a function whose result is {result}, called again")
        if len(calls) != 1:
            raise Wrong(
                f"A function whose result is {result} was called twice and run {len(calls)} "
                "times. You look whether the result is *something*; look whether it is known: "
                "if args not in known."
            )


def look_at_errors(mine, a):
    """See that an error is no result."""
    answers = iter([ValueError("no such photo"), a])

    def moody(_):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    lazy = mine.remember(moody)
    try:
        lazy("photo")
    except ValueError:
        pass
    else:
        raise Wrong("A function raised an error, and the lazy one kept it to itself.")
    same(lazy("photo"), a, "a function that failed once, called again")
