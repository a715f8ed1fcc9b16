"""Values reach a fresh interpreter that knows nothing of the program, and come back the same."""

import abc
import collections
import dataclasses
import functools
import gc
import inspect
import io
import json
import math
import operator
import pickle
import subprocess
import sys
import textwrap
import threading
import types
import typing
import weakref

import numpy as np
import pytest
from faineant.byvalue import Packer, known, packed_by_value, rebuilt
from hypothesis import given, settings
from hypothesis import strategies as st

WORKER = """
import pickle, struct, sys
from faineant.byvalue import packed_by_value

messages, answers = sys.stdin.buffer, sys.stdout.buffer
sys.stdout = sys.stderr
sys.path[:] = pickle.load(messages)
while size := messages.read(8):
    try:
        function, args = pickle.loads(messages.read(*struct.unpack("Q", size)))
        answer = packed_by_value((True, function(*args)))
    except BaseException as error:
        answer = pickle.dumps((False, f"{type(error).__name__}: {error}"))
    answers.write(struct.pack("Q", len(answer)) + answer)
    answers.flush()
"""


class Worker:
    """A fresh interpreter that calls what it is sent and sends back what that gives."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        pickle.dump(sys.path, self.process.stdin)

    def __call__(self, function, *args):
        message = packed_by_value((function, args))
        self.process.stdin.write(len(message).to_bytes(8, sys.byteorder) + message)
        self.process.stdin.flush()
        size = int.from_bytes(self.process.stdout.read(8), sys.byteorder)
        fine, value = pickle.loads(self.process.stdout.read(size))
        if not fine:
            raise RuntimeError(value)
        return value

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def far():
    """Call in one worker for all tests of this file, as a program would."""
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture
def fresh():
    """Call in a worker of one's own."""
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture
def program(run, tmp_path):
    """Run a program as ``__main__``, which has a worker called `far`; give what it printed."""
    helper = "import pickle, subprocess, sys\nfrom faineant.byvalue import packed_by_value\n\n"
    helper += f"WORKER = {WORKER!r}\n\n{inspect.getsource(Worker)}"
    (tmp_path / "helper.py").write_text(helper, encoding="utf-8")
    start = "import helper\nfar = helper.Worker()\n"
    return lambda text: run(start + textwrap.dedent(text) + "\nfar.close()\n").splitlines()


def test_a_program_needs_no_guard_and_its_functions_find_each_other(program):
    printed = program(
        """
        import math
        import numpy as np
        import os.path as path

        SCALE = 3

        def scaled(x):
            return SCALE * x

        def even(n):
            return True if n == 0 else odd(n - 1)

        def odd(n):
            return False if n == 0 else even(n - 1)

        def factorial(n):
            return 1 if n < 2 else n * factorial(n - 1)

        print(far(scaled, 4), far(lambda: math.floor(np.pi) + scaled(1)))
        print(far(even, 7), far(odd, 7), far(factorial, 5), far(lambda: path.basename("a/b")))
        print(far(map, scaled, [1]).__next__(), __name__)
        """
    )
    assert printed == ["12 6", "False True 120 b", "3 __main__"]


def test_functions_of_a_program_share_its_globals_in_the_worker(program):
    printed = program(
        """
        counter, seen = 0, []

        def count():
            global counter
            counter += 1
            seen.append(counter)
            return counter

        def look():
            return counter, seen

        print(far(count), far(count), far(look), counter, seen)
        counter = 10
        print(far(look), far(count))
        """
    )
    assert printed == ["1 2 (2, [1, 2]) 0 []", "(10, [1, 2]) 11"]


def test_a_function_defined_again_replaces_the_one_before(program):
    printed = program(
        """
        def helper(): return "before"
        def call(): return helper()
        print(far(call))
        def helper(): return "after"
        print(far(call))
        """
    )
    assert printed == ["before", "after"]


def test_a_program_gets_back_instances_of_its_own_classes(program):
    printed = program(
        """
        import dataclasses, enum, typing, abc, collections, functools

        class Shape(abc.ABC):
            @abc.abstractmethod
            def area(self): ...

        @dataclasses.dataclass(order=True)
        class Square(Shape):
            side: float
            tags: list = dataclasses.field(default_factory=list)
            def area(self): return self.side**2
            def twice(self): return type(self)(2 * self.side, [*self.tags, "twice"])

        class Colour(enum.Enum):
            RED = "r"
            BLUE = "b"
            CRIMSON = "r"
            @property
            def other(self): return Colour.BLUE if self is Colour.RED else Colour.RED

        class Rights(enum.Flag):
            READ = 1
            WRITE = 2

        class Level(enum.IntEnum):
            LOW = 1

        class Planet(enum.Enum):
            EARTH = (5.9, 6.3)
            def __init__(self, mass, radius):
                self.mass, self.radius = mass, radius

        class Point(typing.NamedTuple):
            x: int
            y: int = 2

        Pair = collections.namedtuple("Pair", "left right")

        class Problem(ValueError):
            pass

        def fail(): raise Problem("no")
        def caught():
            try: fail()
            except Problem as error: return error

        big = far(Square.twice, Square(3.0, ["a"]))
        print(type(big) is Square, big, big == Square(6.0, ["a", "twice"]))
        print(far(lambda: dataclasses.asdict(dataclasses.replace(Square(1), side=2))))
        print(far(lambda c: c.other, Colour.RED) is Colour.BLUE, far(list, Colour) == list(Colour))
        print(far(lambda: (Colour("r"), Colour["CRIMSON"], Colour.CRIMSON))[0] is Colour.RED)
        print(far(lambda: Rights.READ | Rights.WRITE) is Rights.READ | Rights.WRITE)
        print(far(lambda x: x is Rights.READ | Rights.WRITE, Rights.READ | Rights.WRITE))
        print(far(lambda: (Level.LOW + 1, Planet.EARTH.radius)), far(Level, 1) is Level.LOW)
        print(far(lambda: Point(1)._replace(y=5)), type(far(Point, 1)) is Point, far(Pair, 1, 2))
        print(type(far(caught)) is Problem, far(lambda: Square.__mro__)[1] is Shape)
        try: far(Shape)
        except RuntimeError as error: print("abstract" in str(error))
        """
    )
    assert printed == [
        "True Square(side=6.0, tags=['a', 'twice']) True",
        "{'side': 2, 'tags': []}",
        "True True",
        "True",
        "True",
        "True",
        "(2, 6.3) True",
        "Point(x=1, y=5) True Pair(left=1, right=2)",
        "True True",
        "True",
    ]


def test_a_class_is_one_however_often_it_is_sent(far):
    class Kind:
        made: typing.ClassVar = 0

    def keep(value):
        Kind.kept = value
        Kind.made += 1
        return isinstance(value, Kind)

    first = Kind()
    assert far(keep, first)
    assert far(lambda value: (isinstance(value, Kind), type(Kind.kept) is type(value)), Kind()) == (
        True,
        True,
    )


# -- functions -------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    default=st.integers() | st.text() | st.none() | st.floats(allow_nan=False),
    keyword=st.lists(st.binary()) | st.dictionaries(st.text(), st.booleans()),
    around=st.recursive(st.integers() | st.text(), st.lists) | st.sets(st.dates()),
)
def test_defaults_and_closures_keep_their_values(far, default, keyword, around):
    def give(first=default, *, second=keyword):
        return first, second, around

    give.note = (default, around)
    assert far(give) == (default, keyword, around)
    assert far(lambda: give.note) == (default, around)


def test_a_function_keeps_its_name_words_and_annotations(far):
    def named(x: int, y: "str" = "a") -> float:
        """Say what it does."""

    def described(function):
        words = function.__name__, function.__qualname__, function.__module__, function.__doc__
        return *words, function.__annotations__, str(inspect.signature(function))

    assert far(described, named) == described(named)


def test_a_local_function_finds_itself_and_its_neighbour(far):
    def even(n):
        return True if n == 0 else odd(n - 1)

    def odd(n):
        return False if n == 0 else even(n - 1)

    assert (far(even, 6), far(odd, 6)) == (True, False)


def test_variables_of_a_closure_are_shared(far):
    count = 0

    def add():
        nonlocal count
        count += 1

    def look():
        add()
        return count

    assert far(lambda: (add(), look(), count)) == (None, 2, 2)
    assert count == 0


def test_a_variable_of_a_closure_may_get_its_value_later(far):
    def look():
        return value

    with pytest.raises(RuntimeError, match=r"NameError.*'value'"):
        far(look)
    value = "there"
    assert far(look) == "there"


def test_what_was_set_here_since_reaches_the_worker(far):
    step = 1

    def add(x):
        return x + step

    add.calls = 1
    assert far(lambda: (add(1), add.calls)) == (2, 1)
    step, add.calls = 5, 2
    assert far(lambda: (add(1), add.calls)) == (6, 2)


def test_lambdas_travel_inside_of_containers_and_defaults(far):
    table = {"double": lambda x: 2 * x, "all": [lambda x, f=lambda y: y + 1: f(x)]}
    assert far(lambda name, x: table[name](x), "double", 4) == 8
    assert far(lambda found: found["all"][0](1), table) == 2


def test_a_function_that_was_sent_comes_back_as_itself(far):
    def same(x):
        return x

    assert far(same, same) is same
    assert far(lambda: same) is same
    made = far(lambda step: lambda x: same(x) + step, 3)
    assert made(4) == 7


def test_wrapped_functions_travel_with_what_they_wrap(far):
    def loud(function):
        @functools.wraps(function)
        def wrapper(*args):
            return f"{function(*args)}!"

        return wrapper

    @loud
    def hello(name):
        """Greet."""
        return f"hello {name}"

    assert far(hello, "you") == "hello you!"
    assert far(lambda: (hello.__wrapped__("you"), hello.__doc__)) == ("hello you", "Greet.")


def test_functions_that_remember_or_dispatch_can_be_local(far):
    @functools.lru_cache(maxsize=7)
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    @functools.singledispatch
    def kind(x):
        return "thing"

    @kind.register
    def _(x: int):
        return "number"

    assert far(lambda: (fibonacci(30), fibonacci.cache_info().maxsize)) == (832040, 7)
    assert far(lambda f: f, fibonacci) is fibonacci
    assert (far(kind, 1), far(kind, "a")) == ("number", "thing")


def test_partials_and_bound_methods_travel(far):
    class Sum:
        def __init__(self, start):
            self.start = start

        def add(self, x):
            return self.start + x

        @classmethod
        def zero(cls):
            return cls(0)

    patched = Sum(1)
    patched.twice = types.MethodType(lambda self, x: 2 * self.add(x), patched)
    assert far(Sum(2).add, 3) == 5
    assert far(functools.partial(Sum(2).add, 4)) == 6
    assert far(patched.twice, 1) == 4
    assert far(lambda method: method(3), Sum.zero().add) == 3
    assert type(far(Sum.zero)) is Sum


def test_what_can_be_imported_goes_by_name():
    for value in (math.sqrt, np.add, collections.OrderedDict, operator, json.dumps, str.upper, len):
        assert pickle.loads(packed_by_value(value)) is value
    assert len(packed_by_value(json.JSONEncoder)) < 60


def test_modules_inside_of_packages_are_there_where_code_reaches_for_them(program):
    printed = program(
        """
        import concurrent.futures, os.path
        import xml.dom.minidom

        def kinds():
            return [concurrent.futures.Future, xml.dom.minidom.Document, os.path.basename]

        print([kind.__name__ for kind in far(kinds)])
        """
    )
    assert printed == ["['Future', 'Document', 'basename']"]


def test_a_module_of_no_file_has_its_functions_sent_whole(program):
    printed = program(
        """
        import sys, types
        made = types.ModuleType("made")
        exec("FACTOR = 3\\ndef times(x): return FACTOR * x\\nclass Box: pass", vars(made))
        sys.modules["made"] = made
        print(far(made.times, 2), type(far(made.Box)) is made.Box)
        try: far(lambda: made)
        except helper.pickle.PicklingError as error: print(error)
        """
    )
    assert printed[0] == "6 True"
    assert "the global `made` of the function `<lambda>`" in printed[1]
    assert "no other process can import it" in printed[1]


def test_what_was_put_into_a_module_later_goes_along(program, tmp_path):
    (tmp_path / "library.py").write_text(
        "KNOWN = 1\n\ndef maker():\n    return lambda: (KNOWN, ADDED)\n", encoding="utf-8"
    )
    printed = program(
        """
        import library
        library.ADDED = "added"
        print(far(library.maker()))
        """
    )
    assert printed == ["(1, 'added')"]


# -- classes ---------------------------------------------------------------------------------------


def test_local_classes_keep_all_that_a_class_can_have(far):
    class Base:
        def hello(self):
            return "base"

    class Whole(Base):
        __slots__ = ("__hidden", "x")
        limit = 3

        class Inner:
            pass

        def __init__(self, x):
            self.x, self.__hidden = x, -x

        def hello(self):
            return f"whole {super().hello()} {self.__hidden}"

        @property
        def double(self):
            """Twice."""
            return 2 * self.x

        @double.setter
        def double(self, value):
            self.x = value / 2

        @functools.cached_property
        def root(self):
            return math.sqrt(self.x)

        @staticmethod
        def free():
            return "free"

        @classmethod
        def make(cls):
            return cls(cls.limit), cls.Inner()

        def __eq__(self, other):
            return self.x == other.x

    class Cached(Whole):
        pass

    def used():
        whole, inner = Whole.make()
        whole.double = 8
        return whole, inner, whole.hello(), Whole.free(), Whole.double.__doc__, Whole.__hash__

    whole, inner, *rest = far(used)
    assert (type(whole), whole.x, type(inner)) == (Whole, 4, Whole.Inner)
    assert rest == ["whole base -3", "free", "Twice.", None]
    assert far(lambda: Cached(16).root) == 4
    assert far(lambda: (hasattr(Whole(1), "__dict__"), Whole.__qualname__)) == (
        True,  # Base has one
        Whole.__qualname__,
    )


def test_a_class_with_slots_alone_has_no_other_room(far):
    @dataclasses.dataclass(slots=True, frozen=True)
    class Small:
        x: int
        y: int = 2

    def full():
        small = Small(1)
        return small, hasattr(small, "__dict__"), small.__slots__

    assert far(full) == (Small(1), False, ("x", "y"))


def test_generic_classes_and_types_travel(far):
    T = typing.TypeVar("T", bound=int)
    Age = typing.NewType("Age", int)

    class Box(typing.Generic[T]):
        def __init__(self, content: T):
            self.content = content

    class Sized(typing.Protocol):
        def size(self) -> int: ...

    @typing.runtime_checkable
    class Named(typing.Protocol):
        name: str

    assert far(lambda: Box[int](3)).content == 3
    assert far(lambda: (Box.__parameters__[0] is T, T.__bound__)) == (True, int)
    assert far(lambda kind: kind, T) is T
    assert far(lambda kind: kind, Box[int]) == Box[int]
    assert far(lambda kind: kind, list[dict[str, int | None]]) == list[dict[str, int | None]]
    assert far(lambda: Age(3)) == 3
    assert far(lambda: isinstance(types.SimpleNamespace(name="a"), Named))
    assert far(lambda: Sized.__mro__[1] is typing.Protocol)


def test_what_watches_over_new_classes_is_not_run_again(far):
    class Meta(type):
        def __new__(cls, name, bases, space, *, label):
            made = super().__new__(cls, name, bases, space)
            made.label = label
            return made

        def __init__(cls, name, bases, space, *, label):
            super().__init__(name, bases, space)

        def shout(cls):
            return cls.label.upper()

    class Plugin:
        found: typing.ClassVar = []

        def __init_subclass__(cls, *, key):
            cls.key = key
            Plugin.found.append(key)

    class Made(metaclass=Meta, label="loud"):
        pass

    class One(Plugin, key="one"):
        pass

    assert far(lambda: Made.shout()) == "LOUD"
    assert far(lambda: (One.key, Plugin.found, One.__bases__ == (Plugin,))) == (
        "one",
        ["one"],
        True,
    )


def test_abstract_classes_know_their_kinds(far):
    class Animal(abc.ABC):
        @abc.abstractmethod
        def sound(self): ...

    class Dog(Animal):
        def sound(self):
            return "wuff"

    Animal.register(str)
    assert far(lambda: (issubclass(str, Animal), isinstance(Dog(), Animal), Dog().sound())) == (
        True,
        True,
        "wuff",
    )
    with pytest.raises(RuntimeError, match="abstract"):
        far(Animal)


def test_a_class_made_in_the_worker_comes_back_whole(far):
    def made():
        class Local:
            def hello(self):
                return "hello"

        return Local(), Local

    instance, kind = far(made)
    assert isinstance(instance, kind)
    assert instance.hello() == "hello"


# -- the packer ------------------------------------------------------------------------------------


def test_large_buffers_go_beside_the_pickle():
    buffers = []
    array = np.arange(1000.0)
    content = packed_by_value({"array": array, "f": lambda: array}, buffers.append)
    assert [buffer.raw().nbytes for buffer in buffers] == [8000]
    found = pickle.loads(content, buffers=buffers)
    np.testing.assert_array_equal(found["array"], array)


def test_whoever_packs_may_refer_to_functions_and_classes_otherwise():
    class Kind:
        pass

    asked = []

    def refer(thing):
        asked.append(thing)
        return (str, ("referred",)) if thing is Kind else None

    assert pickle.loads(packed_by_value([Kind, len], refer=refer)) == ["referred", len]
    assert asked[0] is Kind


def test_a_third_process_is_sent_the_whole_of_what_came_from_elsewhere(fresh):
    def make(x):
        return lambda: x

    def passed_on(function):
        file = io.BytesIO()
        Packer(file, answering=False).dump(function)
        return file.getvalue()

    content = fresh(passed_on, make(3))
    read = "import pickle, sys; print(pickle.load(sys.stdin.buffer)())"
    printed = subprocess.run([sys.executable, "-c", read], input=content, capture_output=True)
    assert printed.stdout.split() == [b"3"], printed.stderr


def test_nothing_is_kept_alive_for_having_been_sent(far):
    def make():
        class Kind:
            @classmethod
            def make(cls):
                return cls()

        data = np.zeros(3)
        return Kind, lambda: (Kind, data)

    kind, function = make()
    far(function)
    watched = weakref.ref(kind), weakref.ref(function)
    before = len(known.BY_TOKEN)
    del kind, function
    gc.collect()
    assert [reference() for reference in watched] == [None, None]
    assert len(known.BY_TOKEN) < before


def test_what_is_gone_by_the_time_it_comes_back_is_named(fresh):
    def store(value):
        sys.stored = value

    fresh(store, type("Lost", (), {}))
    gc.collect()
    with pytest.raises(pickle.UnpicklingError, match=r"the class Lost comes back .* gone there"):
        fresh(lambda: sys.stored)


def test_a_function_of_another_python_is_refused():
    with pytest.raises(pickle.UnpicklingError, match=r"cpython-27 cannot run in .* same Python"):
        rebuilt.make_code(b"", "cpython-27")


def test_a_worker_may_take_the_sender_s_main_for_its_own(program):
    printed = program(
        """
        import pickle
        from faineant.byvalue.rebuilt import adopt_main

        class Kind:
            pass

        def copied(value):
            return type(pickle.loads(pickle.dumps(value))) is type(value)

        far(adopt_main)
        print(far(copied, Kind()))
        """
    )
    assert printed == ["True"]


# -- what cannot travel ----------------------------------------------------------------------------


lock = threading.Lock()


def locked():
    return lock


def stuck():
    """List values that cannot travel, and what is said of each."""
    lock = threading.Lock()

    class Held:
        def __init__(self):
            self.lock = threading.Lock()

    class Bad:
        inner = threading.Lock()

    def default(x=lock):
        return x

    return [
        (types.FunctionType(locked.__code__, {"lock": lock}), "global `lock` of the function"),
        (lambda: lock, "variable `lock` around the function `<lambda>`.*'_thread.lock'"),
        (default, "defaults of the function `default`"),
        ([1, {"a": (x for x in "b")}], "item 1 of a list, the value of 'a' in a dict.*'generator'"),
        (Held(), "attribute `lock` of a .*Held.*_thread.lock"),
        (Bad, "attribute `inner` of the class `Bad`"),
        (functools.partial(print, lock), "arguments of a partial"),
        (sys.modules["__main__"], "__main__ is the program itself"),
    ]


@pytest.mark.parametrize(("value", "words"), stuck())
def test_what_cannot_travel_is_named_with_the_way_to_it(value, words):
    with pytest.raises(pickle.PicklingError, match=words):
        packed_by_value(value)


def test_a_compiled_class_of_the_program_is_refused_here_and_not_by_the_worker(program):
    printed = program(
        """
        import ctypes

        class Pair(ctypes.Structure):
            _fields_ = [("left", ctypes.c_int)]

        try: far(lambda: Pair(1).left)
        except helper.pickle.PicklingError as error: print(error)
        """
    )
    assert "the global `Pair` of the function `<lambda>`" in printed[0]


def test_what_is_nested_too_deep_is_said_to_be():
    deep = functools.reduce(lambda inner, _: [inner], range(100_000), [])
    with pytest.raises(pickle.PicklingError, match="maximum recursion depth"):
        packed_by_value(deep)


def test_an_open_file_cannot_travel(tmp_path):
    with (
        open(tmp_path / "file", "w", encoding="utf-8") as file,
        pytest.raises(pickle.PicklingError, match=r"variable `file`.*TextIOWrapper"),
    ):
        packed_by_value(lambda: file)
