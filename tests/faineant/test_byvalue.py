"""Values reach a fresh interpreter that knows nothing of the program, and come back the same."""

import abc
import collections
import dataclasses
import enum
import functools
import inspect
import io
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
from faineant.byvalue import Packer, packed_by_value
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
    helper = f"import pickle, subprocess, sys\nfrom faineant.byvalue import packed_by_value\n\n"
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
        print(far(lambda: Level.LOW + 1), far(lambda: Planet.EARTH.radius), far(Level, 1) is Level.LOW)
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
        "2 6.3 True",
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
