"""What a function is is worked out once, and again as soon as something it uses has changed."""

import functools
import gc
import importlib
import sys
import threading
import weakref
from importlib import metadata

import numpy as np
import pytest
from faineant import Memory
from faineant.identity import Identity, identity_of
from faineant.origin import version
from faineant.watch import BYTES, ITEMS


def load(text, name="__main__"):
    namespace = {"__name__": name}
    exec(compile(text, "no-such-file.py", "exec"), namespace)
    return namespace


PROGRAM = """
import functools
import random

SCALE = 2
TABLE = {"a": [1, 2], "f": lambda x: x}
SEEN = {1, 2}

class Model:
    factor = 3
    sizes = [1]
    def grow(self, x):
        return x * self.factor

MODEL = Model()

def make(step):
    def shift(x):
        nonlocal step
        return x + step
    def turn(by):
        nonlocal step
        step = by
    return shift, turn

shift, turn = make(1)

def helper(x, y=[1], *, z={}):
    return TABLE["a"][0] + SCALE

def other(x):
    return x

def f(x):
    return helper(x) + shift(x) + Model().grow(x) + MODEL.factor + len(SEEN) + len("")
"""

CHANGES = {
    "a constant": "SCALE = 3",
    "an item within an item": "TABLE['a'].append(3)",
    "a function in a table": "TABLE['f'] = lambda x: x + 1",
    "a set": "SEEN.add(3)",
    "an attribute of a class": "Model.factor = 4",
    "a new attribute of a class": "Model.fresh = 4",
    "a list in a class": "Model.sizes.append(4)",
    "a method": "Model.grow = lambda self, x: x",
    "an attribute of an object": "MODEL.factor = 5",
    "a closure": "turn(2)",
    "the code of a helper": "helper.__code__ = (lambda x, y, *, z: 0).__code__",
    "the defaults of a helper": "helper.__defaults__ = (2,)",
    "an item of a default": "helper.__defaults__[0].append(2)",
    "a keyword's default": "helper.__kwdefaults__['z'] = 5",
    "a helper": "helper = other",
    "a builtin in the shade of a global": "len = max",
    "a helper gone": "del helper",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_in_a_running_session_is_noticed(change):
    namespace = load(PROGRAM)
    identity = Identity(namespace["f"])
    before = identity.digest()
    exec(CHANGES[change], namespace)
    assert identity.digest() != before


def test_a_change_at_the_end_of_a_long_chain_is_noticed():
    helpers = [f"def helper_{i}(x): return helper_{i + 1}(x)" for i in range(500)]
    namespace = load("\n".join([*helpers, "sizes = [1]", "def helper_500(x): return sizes"]))
    identity = Identity(namespace["helper_0"])
    before = identity.digest()
    namespace["sizes"].append(2)
    assert identity.digest() != before


def test_what_comes_back_is_what_it_was():
    namespace = load(PROGRAM)
    identity = Identity(namespace["f"])
    before = identity.digest()
    namespace["SCALE"] = 3
    namespace["SEEN"].add(3)
    identity.digest()
    namespace["SCALE"] = 2
    namespace["SEEN"].remove(3)
    assert identity.digest() == before == Identity(load(PROGRAM)["f"]).digest()


def test_nothing_is_walked_through_twice_while_nothing_changes(monkeypatch):
    identity = Identity(load(PROGRAM)["f"])
    before = identity.digest()
    monkeypatch.setattr(identity, "look_again", lambda: pytest.fail("walked again"))
    assert [identity.digest() for _ in range(3)] == [before] * 3


def test_small_arrays_are_looked_at_again_and_large_ones_once():
    small, large = np.zeros(BYTES // 16), np.zeros(BYTES)
    many, few = list(range(ITEMS + 1)), list(range(ITEMS))
    namespace = {"__name__": "__main__", "small": small, "large": large, "few": few, "many": many}
    exec("def f():\n    return small, large, few, many", namespace)
    identity = Identity(namespace["f"])
    before = identity.digest()
    large[0] = many[0] = 7
    assert identity.digest() == before
    small[0] = 1
    changed = identity.digest()
    assert changed != before
    few[0] = 1
    assert identity.digest() != changed


def test_what_has_no_digest_is_named_by_its_type():
    lock = threading.Lock()
    namespace = {"__name__": "shop", "lock": lock, "threading": threading}
    exec("def f():\n    with lock:\n        return threading.active_count()", namespace)
    parts = Identity(namespace["f"]).parts()
    assert parts["constant shop.lock"] == "only its type, _thread.lock"
    assert parts["Python"] == "{} {}.{}".format(sys.implementation.name, *sys.version_info)
    assert set(parts) == {"constant shop.lock", "Python", "function shop.f"}


def test_what_a_function_does_to_pools_and_caches_is_no_change_of_it():
    program = """
import concurrent.futures, functools, queue

@functools.singledispatch
def size(x): return x

@functools.lru_cache
def cached(x): return x

waiting = queue.Queue()
pool = concurrent.futures.ThreadPoolExecutor(1)

def f(x):
    waiting.put(x)
    return size(x) + cached(x) + sum(pool.map(abs, [x]))
"""
    namespace = load(program)
    identity = Identity(namespace["f"])
    before = identity.digest()
    assert namespace["f"](1) == 3
    assert identity.digest() == before
    namespace["pool"].shutdown()


def test_parts_tell_which_part_has_changed():
    one = Identity(load(PROGRAM)["f"]).parts()
    other = Identity(load(PROGRAM.replace("SCALE = 2", "SCALE = 3"))["f"]).parts()
    differing = {name for name in one if one[name] != other[name]}
    assert one.keys() == other.keys()
    assert [name.rpartition(".")[2] for name in differing] == ["SCALE"]


OPAQUE = """
import threading
from collections import defaultdict, deque

class Model:
    __slots__ = ("sizes", "lock")

thing = Model()
thing.sizes, thing.lock = [1], threading.Lock()
table = defaultdict(lambda: 0, a=1)
queue = deque([lambda: 1])
def f(): return thing, table, queue
"""


@pytest.mark.parametrize(
    "change", ["thing.sizes.append(2)", "thing.sizes = 2", "table['b'] = 1", "queue.append(2)"]
)
def test_what_cannot_be_pickled_is_watched_by_its_parts(change):
    namespace = load(OPAQUE)
    identity = Identity(namespace["f"])
    before = identity.digest()
    exec(change, namespace)
    assert identity.digest() != before


def test_classes_that_call_themselves_equal_are_told_apart(memory):
    class Alike(type):
        def __eq__(cls, other):
            return True

    namespace = {"__name__": "__main__", "Alike": Alike}
    exec("class A(metaclass=Alike): a = 1\nclass B(metaclass=Alike): a = 2", namespace)
    cached = memory.cache(lambda cls: cls.a)
    assert (cached(namespace["A"]), cached(namespace["B"])) == (1, 2)


def test_partials_and_callable_objects_are_watched():
    class Model:
        def __init__(self):
            self.sizes = [1]
            self.lock = threading.Lock()

        def __call__(self):
            return self.sizes

    for function in (model := Model(), functools.partial(lambda x: x, sizes := [1])):
        identity = Identity(function)
        before = identity.digest()
        model.sizes.append(2)
        sizes.append(2)
        assert identity.digest() != before


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module and give its name."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    name = f"own_{tmp_path.name}"

    def write(text):
        (tmp_path / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        return name

    yield write
    sys.modules.pop(name, None)


def test_a_reload_is_noticed_and_a_new_text_alone_is_not(module):
    name = module("def smooth(x): return x")
    helper = importlib.import_module(name)
    identity = Identity(load(f"import {name} as helper\ndef f(x): return helper.smooth(x)")["f"])
    before = identity.digest()
    module("def smooth(x): return x + 1")
    assert identity.digest() == before  # what is loaded is what runs
    importlib.reload(helper)
    assert identity.digest() != before


def test_an_imported_file_counts_as_it_is_until_it_is_loaded(module):
    name = module("def smooth(x): return x")
    identity = Identity(load(f"def f(x):\n    import {name}\n    return {name}.smooth(x)")["f"])
    before = identity.digest()
    module("def smooth(x): return x + 1")
    changed = identity.digest()
    assert changed != before
    importlib.import_module(name)
    assert identity.digest() == changed
    module("def smooth(x): return x + 12")
    assert identity.digest() == changed
    importlib.reload(sys.modules[name])
    assert identity.digest() not in (before, changed)


def test_functions_and_files_named_by_hand_count(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("1,2")
    namespace = load(PROGRAM)
    identity = Identity(namespace["other"], uses=[namespace["helper"], str(table)])
    before = identity.digest()
    assert f"file {table}" in identity.parts()
    table.write_text("1,2,3")
    changed = identity.digest()
    namespace["SCALE"] = 3
    assert len({before, changed, identity.digest()}) == 3


def test_what_cannot_be_named_by_hand_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        Identity(print, uses=[tmp_path / "nothing.csv"])
    with pytest.raises(TypeError, match="functions and names of files"):
        Identity(print, uses=[3])
    with pytest.raises(TypeError, match="give a list"):
        Identity(print, uses="table.csv")


def test_a_script_its_workers_and_whoever_imports_it_share_what_is_remembered(run):
    program = """
        import multiprocessing
        from faineant import Memory

        class Model:
            rate = 1

        @Memory("cache", verbose=0).cache
        def f(model):
            print("computed", flush=True)

        def go():
            f(Model())
            f(go)

        if __name__ == "__main__":
            go()
            process = multiprocessing.get_context("spawn").Process(target=go)
            process.start()
            process.join()
        """
    assert run(program, name="analysis.py").split() == ["computed"] * 2
    assert run("import analysis; analysis.go()") == ""


@pytest.mark.parametrize("package", ["numpy", "pandas", "scipy", "hypothesis", "sklearn", "yaml"])
def test_packages_have_the_versions_that_python_itself_tells(package):
    names = metadata.packages_distributions()[package]
    assert version(package) in (
        metadata.version(names[0]),
        f"{names[0]} {metadata.version(names[0])}",
    )


@pytest.fixture
def module_of_f(tmp_path, monkeypatch):
    """A module with a function that uses a helper."""
    (tmp_path / "module_of_f.py").write_text(
        "def helper(x):\n    return x\n\n\ndef f(x):\n    return helper(x)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("module_of_f")
    del sys.modules["module_of_f"]


def test_a_function_of_a_module_is_walked_through_once_however_often_it_is_cached(module_of_f):
    one, other = identity_of(module_of_f.f), identity_of(module_of_f.f)
    assert one is other
    assert one.digest() == Identity(module_of_f.f).digest()
    assert identity_of(module_of_f.f, uses=[len]) is not one


def test_all_who_cache_a_function_see_what_changes(module_of_f, tmp_path):
    caches = [Memory(tmp_path / name, verbose=0).cache(module_of_f.f) for name in "ab"]
    assert [f(3) for f in caches] == [3, 3]
    module_of_f.helper = lambda x: -x
    assert [f(3) for f in caches] == [-3, -3]
    fresh = Memory(tmp_path / "a", verbose=0).cache(module_of_f.f)
    assert fresh.check_call_in_cache(3)


def test_a_function_without_a_place_is_kept_by_nobody_else():
    def f(x):
        return x

    kept = weakref.ref(f)
    assert identity_of(f) is not identity_of(f)
    assert identity_of(f).digest() == identity_of(f).digest()
    del f
    gc.collect()
    assert kept() is None
