"""What a function is: what may change without changing it, and what may not."""

import functools
import sys
import textwrap
import types

import numpy as np
import pytest
from faineant.fingerprint import fingerprint, qualified_name

PROGRAM = """
import functools
import numpy as np

SCALE = 2
TABLE = {"a": [1, 2]}

def helper(x):
    return x * SCALE

def deeper(x):
    return helper(x) + 1

class Base:
    factor = 3
    def grow(self, x):
        return x * self.factor

class Model(Base):
    @property
    def bias(self):
        return 1
    @staticmethod
    def shift(x):
        return x + 1

def decorator(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args) + 0
    return wrapper

@decorator
def decorated(x):
    return x - 1

@functools.lru_cache
def cached(x):
    return x - 2

def f(x, y=1, *, z=2):
    '''Say what it does.'''
    total = 0
    for i in range(x):
        try:
            total += deeper(i) + TABLE["a"][0]
        except ValueError:
            total -= 1
    # a comment
    return Model().grow(total) + decorated(y) + cached(z) + sum(v for v in (np.sum(total), SCALE))
"""


def load(text, name="__main__"):
    """Run a program's text, as a notebook or a chapter of the course is run."""
    namespace = {"__name__": name}
    exec(compile(textwrap.dedent(text), "no-such-file.py", "exec"), namespace)
    return namespace


def of(text):
    return fingerprint(load(text)["f"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# a comment", "# another\n    # and one more"),
        ("'''Say what it does.'''", "'''Say it\n    otherwise.'''"),
        ("'''Say what it does.'''", "\n\n"),
        ("\nSCALE = 2", "\nUNUSED = 5\n\n\nSCALE = 2"),
        ("class Base:", "class Base:\n    '''A docstring.'''"),
        ("total = 0", "total = (\n        0\n    )"),
        ("        try:\n            total", "        try:\n\n            # why\n            total"),
        ("def f(x, y=1, *, z=2):", "def f(\n    x,\n    y=1,\n    *,\n    z=2,\n):"),
        ("def f(x, y=1", "def unused():\n    pass\n\ndef f(x: int, y: int = 1"),
        ("import numpy as np", "import numpy as np, math"),
    ],
)
def test_what_makes_no_difference_leaves_the_fingerprint(old, new):
    assert old in PROGRAM
    assert of(PROGRAM.replace(old, new)) == of(PROGRAM)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SCALE = 2", "SCALE = 3"),
        ("SCALE = 2", "SCALE = 2.0"),
        ('"a": [1, 2]', '"a": [1, 3]'),
        ("return x * SCALE", "return SCALE - x"),
        ("helper(x) + 1", "helper(x) + 2"),
        ("factor = 3", "factor = 4"),
        ("return x * self.factor", "return x + self.factor"),
        ("function(*args) + 0", "function(*args) + 1"),
        ("return x - 1", "return x - 10"),
        ("return x - 2", "return x - 20"),
        ("return x + 1", "return x + 2"),
        ("return 1", "return 2"),
        ("class Model(Base)", "class Model(dict, Base)"),
        ("y=1", "y=2"),
        ("z=2", "z=3"),
        ("except ValueError", "except TypeError"),
        ("np.sum", "np.max"),
        ("v for v in", "-v for v in"),
        ("range(x)", "range(-x)"),
    ],
)
def test_what_can_change_a_result_changes_the_fingerprint(old, new):
    assert old in PROGRAM
    assert of(PROGRAM.replace(old, new)) != of(PROGRAM)


def test_moving_a_line_out_of_a_try_changes_the_fingerprint():
    inside = """
        def f(x):
            try:
                a = x()
                b = x()
            except KeyError:
                a = b = 0
        """
    outside = """
        def f(x):
            a = x()
            try:
                b = x()
            except KeyError:
                a = b = 0
        """
    assert of(inside) != of(outside)


def test_the_name_of_a_keyword_in_a_call_counts():
    program = "def f(x):\n    return dict(low=x)\n"
    assert of(program) != of(program.replace("low", "high"))


def test_closures_count_by_what_they_hold():
    def make(step):
        return lambda x: x + step

    assert fingerprint(make(1)) == fingerprint(make(1))
    assert fingerprint(make(1)) != fingerprint(make(2))
    assert fingerprint(make([1])) != fingerprint(make([2]))


def test_partials_count_by_function_and_arguments():
    parts = [functools.partial(pow, 2), functools.partial(pow, 3), functools.partial(divmod, 2)]
    assert len({fingerprint(part) for part in parts}) == 3


def test_builtins_and_ufuncs_count_by_name():
    assert len({fingerprint(function) for function in (np.square, np.sin, len, sum)}) == 4
    assert qualified_name(np.square) == "numpy.square"


def test_what_has_no_digest_counts_by_its_type():
    program = "import threading\nlock = threading.Lock()\nitems = [1, lock]\n"
    program += "def f():\n    with lock:\n        return items\n"
    assert of(program) == of(program)
    assert of(program) != of(program.replace("[1, lock]", "[2, lock]"))
    assert of(program) != of(program.replace("\nlock = threading.Lock()", "\nlock = object()"))


@pytest.fixture
def own_module(tmp_path, monkeypatch):
    """Write a module of the user's own, somewhere it can be imported from."""
    monkeypatch.syspath_prepend(tmp_path)
    name = f"own_{tmp_path.name}"

    def write(text, load=False):
        (tmp_path / f"{name}.py").write_text(text)
        if load:
            sys.modules[name] = module = types.ModuleType(name)
            module.__file__ = str(tmp_path / f"{name}.py")
            exec(compile(text, module.__file__, "exec"), vars(module))
        return name

    yield write
    sys.modules.pop(name, None)


DECORATED = {
    "contextlib's": "import contextlib\n@contextlib.contextmanager\ndef helper(x): yield x + 1",
    "a package's": "import joblib\n@joblib.delayed\ndef helper(x): return x + 1",
    "numpy's": "import numpy\n@numpy.errstate(all='ignore')\ndef helper(x): return x + 1",
    "one that makes an object": "import numpy\n@numpy.vectorize\ndef helper(x): return x + 1",
    "singledispatch": """
import functools
@functools.singledispatch
def helper(x): return x
@helper.register
def for_int(x: int): return x + 1
""",
    "partialmethod": """
import functools
class helper:
    def add(self, x): return x + 1
    grow = functools.partialmethod(add, x=1)
""",
}


@pytest.mark.parametrize("decorator", DECORATED)
def test_what_a_decorator_of_a_package_wraps_counts(decorator, own_module):
    def of_version(text):
        name = own_module(text, load=True)  # where the decorator finds the name of what it wraps
        return of(f"from {name} import helper\ndef f(x): return helper(x)\n")

    before = of_version(DECORATED[decorator])
    assert of_version(DECORATED[decorator]) == before
    assert of_version(DECORATED[decorator].replace("x + 1", "x + 2")) != before


def test_an_attribute_of_a_function_counts_where_it_is_read():
    program = "def f(x): return x * f.scale\nf.scale = 2\n"
    assert of(program) != of(program.replace("scale = 2", "scale = 3"))


CONSTANTS = {
    "a pool": "concurrent.futures.ThreadPoolExecutor(1)",
    "a queue": "queue.Queue()",
    "a file": "open(__file__)",
    "a table of what lives": "weakref.WeakKeyDictionary()",
    "a generator": "(i for i in range(3))",
    "a thread": "threading.current_thread()",
    "a proxy for nothing": "Proxy()",
    "what cannot be taken apart": "Stubborn()",
}


@pytest.mark.parametrize("constant", CONSTANTS)
def test_what_has_no_digest_counts_by_its_type_and_is_no_error(constant):
    program = f"""
        import concurrent.futures, queue, weakref, threading
        class Proxy:
            @property
            def __class__(self): raise RuntimeError("nothing there")
        class Stubborn:
            def __getattr__(self, name): raise RuntimeError(name)
        __file__ = {__file__!r}
        constant = {CONSTANTS[constant]}
        def f(x): return constant
        """
    for namespace in (namespaces := [load(program), load(program)]):
        assert fingerprint(namespace["f"]) == fingerprint(namespaces[0]["f"])
        assert fingerprint(namespace["f"]) != of("def f(x): return 1")
        if constant == "a file":
            namespace["constant"].close()


def test_an_object_of_a_package_counts_though_one_of_yours_in_it_has_a_lock():
    program = """
        import threading
        from sklearn.pipeline import make_pipeline
        class Own:
            def __init__(self):
                self.lock = threading.Lock()
        model = make_pipeline(Own(), verbose=False)
        def f(x): return model
        """
    assert of(program) == of(program)
    assert of(program) != of(program.replace("verbose=False", "verbose=True"))


def test_functions_that_use_each_other_have_a_fingerprint():
    program = """
        def f(n):
            return n if n < 1 else g(n - 1)

        def g(n):
            return f(n - 1)
        """
    assert of(program) == of(program)
    assert of(program) != of(program.replace("n < 1", "n < 2"))
    assert of(program) != of(program.replace("f(n - 1)", "f(n - 2)"))


def test_the_last_of_a_long_chain_of_helpers_counts():
    helpers = [f"def helper_{i}(x): return helper_{i + 1}(x)" for i in range(500)]
    program = "\n".join([*helpers, "def helper_500(x): return x + 1"])
    changed = program.replace("x + 1", "x + 2")
    limit = sys.getrecursionlimit()
    for start in range(400, 440):  # the limit is met at another place for each
        one, same, other = (load(text)[f"helper_{start}"] for text in (program, program, changed))
        assert fingerprint(one) == fingerprint(same) != fingerprint(other)
    assert of(f"{program}\nf = helper_0") != of(f"{changed}\nf = helper_0")
    assert sys.getrecursionlimit() == limit


def test_a_rebound_global_is_noticed_at_once():
    namespace = load(PROGRAM)
    before = fingerprint(namespace["f"])
    namespace["SCALE"] = 7
    assert fingerprint(namespace["f"]) != before
    namespace["SCALE"] = 2
    assert fingerprint(namespace["f"]) == before


def test_a_helper_reached_through_a_module_counts(own_module):
    def of_version(text):
        name = own_module(text, load=True)
        return of(f"import {name} as helper\ndef f(x):\n    return helper.smooth(x)\n")

    before = of_version("K = 1\ndef smooth(x): return x * K\n")
    assert of_version("K = 1\n\n# why\ndef smooth(x): return x * K\n") == before
    assert of_version("K = 1\ndef smooth(x): return x * K\ndef other(): pass\n") == before
    assert of_version("K = 2\ndef smooth(x): return x * K\n") != before
    assert of_version("K = 1\ndef smooth(x): return x + K\n") != before


def test_a_module_imported_inside_a_body_counts_without_being_loaded(own_module):
    name = own_module("def smooth(x): return x\n")
    program = f"def f(x):\n    from {name} import smooth\n    return smooth(x)\n"
    before = of(program)
    assert name not in sys.modules
    own_module("# why\ndef smooth(x): return x\n")
    assert of(program) == before
    own_module("def smooth(x): return x + 1\n")
    assert of(program) != before


def test_code_of_packages_counts_by_version_and_user_code_by_content():
    def uses_numpy(x):
        return np.linalg.norm(x)

    before = fingerprint(uses_numpy)
    np.linalg.some_attribute = 1
    try:
        assert fingerprint(uses_numpy) == before
    finally:
        del np.linalg.some_attribute


def test_another_process_and_hash_seed_give_the_same_fingerprint(run):
    program = (
        f"{PROGRAM}\nimport faineant.fingerprint\nprint(faineant.fingerprint.fingerprint(f).hex())"
    )
    assert run(program, PYTHONHASHSEED="1") == run(program, PYTHONHASHSEED="2")
