"""Never compute twice: what is remembered, what is not, and what is said."""

import copy
import functools
import inspect
import math
import pickle
import textwrap
import threading

import cloudpickle
import numpy as np
import pytest
from faineant import CacheWarning, DigestError, Memory


class Counting:
    """Counts its calls; as an attribute of nothing that a cached function uses."""

    def __init__(self):
        self.calls = []

    def __reduce__(self):  # a constant, so that counting does not change who uses it
        return Counting, ()

    def __call__(self, *what):
        self.calls.append(what)
        return len(self.calls)


@pytest.fixture
def count():
    return Counting()


def test_the_talk_s_slide_runs_and_prints_what_it_shows(tmp_path, capsys):
    mem = Memory(cachedir=str(tmp_path / "joblib"))
    a = np.vander(np.arange(3))
    square = mem.cache(np.square)
    b = square(a)
    shown = """\
        -----
        [Memory] Calling square...
        square(array([[0, 0, 1],
                      [1, 1, 1],
                      [4, 2, 1]]))

        -----square - 0.0s
        """
    assert capsys.readouterr().out == textwrap.dedent(shown)
    c = square(a)
    assert capsys.readouterr().out == ""
    np.testing.assert_array_equal(b, a**2)
    np.testing.assert_array_equal(c, b)


def test_every_way_to_write_a_call_is_one_call(memory, count):
    @memory.cache
    def f(x, y=2, *rest, z=3, **more):
        count()
        return x, y, rest, z, more

    assert f(1) == f(x=1) == f(1, 2) == f(1, y=2) == f(y=2, x=1, z=3) == (1, 2, (), 3, {})
    assert len(count.calls) == 1
    assert f(1, 2, 3) == (1, 2, (3,), 3, {})
    assert f(1, a=1, b=2) == f(1, b=2, a=1) == (1, 2, (), 3, {"a": 1, "b": 2})
    assert len(count.calls) == 3


def test_a_changed_argument_is_computed_again(memory, count):
    @memory.cache
    def f(x):
        count()
        return x

    values = [1, 1.0, True, "1", b"1", None, [1], (1,), {1}, {"x": 1}, np.ones(1), float("nan")]
    for value in values:
        f(value)
    assert len(count.calls) == len(values)
    for value in values:
        f(value)
    assert len(count.calls) == len(values)


def test_arrays_come_back_equal_and_as_writable_as_they_were(memory):
    @memory.cache
    def arrays(n):
        matrix = np.arange(n * n, dtype=float).reshape(n, n)
        frozen = matrix.copy()
        frozen.flags.writeable = False
        return {"c": matrix, "f": np.asfortranarray(matrix), "view": matrix[::2, ::-1]}, (
            np.array(["a", None], dtype=object),
            frozen,
            np.zeros((0, 3), dtype="f4"),
        )

    computed, remembered = arrays(300), arrays(300)
    assert arrays.cache_info().hits == 1
    for one, other in zip(
        (*computed[0].values(), *computed[1]),
        (*remembered[0].values(), *remembered[1]),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
        assert other.flags.writeable == one.flags.writeable
    remembered[0]["c"][0, 0] = -1
    assert arrays(300)[0]["c"][0, 0] == 0


def test_what_is_ignored_makes_no_difference(memory, count):
    @memory.cache(ignore=["loud", "logger"])
    def f(x, loud=False, **options):
        count()
        return x

    assert f(1) == f(1, loud=True) == f(1, True, logger=threading.Lock())
    assert len(count.calls) == 1
    f(1, other=2)
    assert len(count.calls) == 2


def test_ignoring_what_is_no_parameter_is_an_error(memory):
    with pytest.raises(
        ValueError, match=r"ignore names \['y'\], and the parameters of f are \['x'\]"
    ):

        @memory.cache(ignore=["y"])
        def f(x):
            return x

    with pytest.raises(TypeError, match="give a list"):
        memory.cache(len, ignore="x")


def test_exceptions_are_not_remembered(memory, count):
    @memory.cache
    def fails_once(x):
        if count() == 1:
            raise KeyError(x)
        return x

    with pytest.raises(KeyError):
        fails_once(1)
    assert fails_once(1) == 1
    assert fails_once(1) == 1
    assert len(count.calls) == 2


def test_a_memory_without_a_location_keeps_nothing(count):
    @Memory(None).cache
    def f(x):
        return count()

    assert [f(1), f(1), f.call(1)[0]] == [1, 2, 3]
    assert not f.check_call_in_cache(1)
    assert f.cache_info() == (0, 0, 0, 0)
    f.clear()


def test_location_and_cachedir_are_one_thing(tmp_path):
    with pytest.raises(TypeError, match="two names for one thing"):
        Memory(tmp_path, cachedir=tmp_path)
    assert Memory(cachedir=tmp_path).location == Memory(tmp_path).location
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="give a folder"):
        Memory(tmp_path / "file")


def test_a_location_is_a_folder_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert Memory("~/cache").location == tmp_path / "cache"
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="is a file; give a folder"):
        Memory(tmp_path / "file")
    with pytest.raises(TypeError, match="location=3 is no path; give a folder, or None"):
        Memory(3)


def test_hits_and_misses_are_counted_for_function_and_memory(memory):
    first, second = memory.cache(len), memory.cache(abs)
    first("a"), first("a"), second(-1)
    assert first.cache_info()[:2] == (1, 1)
    assert second.cache_info()[:2] == (0, 1)
    info = memory.cache_info()
    assert (info.hits, info.misses) == (1, 2)
    assert info.seconds_saved > 0
    assert info.seconds_spent > info.seconds_saved


def test_clearing_a_function_leaves_the_others(memory):
    first, second = memory.cache(len), memory.cache(abs)
    first("a"), second(-1)
    first.clear()
    assert not first.check_call_in_cache("a")
    assert second.check_call_in_cache(-1)
    memory.clear()
    assert not second.check_call_in_cache(-1)


def test_clearing_leaves_what_is_not_ours(memory):
    memory.eval(len, "a")
    (memory.location / "precious.txt").write_text("mine")
    memory.clear()
    assert (memory.location / "precious.txt").read_text() == "mine"


def test_eval_call_and_check(memory, count):
    cached = memory.cache(count_up)
    assert not cached.check_call_in_cache(count)
    assert memory.eval(count_up, count) == memory.eval(count_up, count) == 1
    assert cached.check_call_in_cache(count)
    assert cached.call(count)[0] == 2
    assert cached(count) == 2


def count_up(counter):
    return counter()


def test_methods_remember_by_object_and_share_their_count(memory, count):
    class Model:
        def __init__(self, k):
            self.k = k

        @memory.cache
        def predict(self, x):
            """Predict."""
            count()
            return self.k * x

        @classmethod
        @memory.cache
        def name(cls, x):
            return cls.__name__ * x

        @staticmethod
        @memory.cache
        def twice(x):
            return 2 * x

    assert [Model(2).predict(3), Model(2).predict(x=3), Model(3).predict(3)] == [6, 6, 9]
    assert len(count.calls) == 2
    assert Model.predict.cache_info().hits == 1
    assert Model(2).predict.check_call_in_cache(3)
    assert str(inspect.signature(Model(2).predict)) == "(x)"
    assert [Model.name(2), Model.name(2), Model.twice(2), Model(1).twice(2)] == [
        "ModelModel"
    ] * 2 + [4] * 2
    with pytest.raises(TypeError, match="put @staticmethod above"):
        memory.cache(staticmethod(len))


def test_a_cached_function_looks_like_the_function(memory):
    def f(x: int, y: str = "a") -> None:
        """Do it."""

    cached = memory.cache(f)
    assert (cached.__name__, cached.__doc__, cached.__wrapped__) == ("f", "Do it.", f)
    assert inspect.signature(cached) == inspect.signature(f)
    assert memory.cache(cached).__wrapped__ is f


def test_lambdas_closures_and_partials_are_told_apart(memory):
    def adder(step):
        return lambda x: x + step

    functions = [
        adder(1),
        adder(2),
        lambda x: x - 1,
        functools.partial(pow, 2),
        functools.partial(pow, 3),
    ]
    cached = [memory.cache(function) for function in functions]
    assert [each(5) for each in cached] == [6, 7, 4, 32, 243]
    assert [each(5) for each in cached] == [6, 7, 4, 32, 243]
    assert memory.cache_info()[:2] == (5, 5)


def test_what_is_used_up_once_is_refused(memory):
    def generator():
        yield 1

    async def generate_later():
        yield 1

    for function, kind in ((generator, "a gen"), (generate_later, "an asynchronous gen")):
        with pytest.raises(TypeError, match=f"returns {kind}erator, which is used up once"):
            memory.cache(function)
    with pytest.raises(TypeError, match="cannot be called"):
        memory.cache(3)


def test_an_argument_that_cannot_be_told_apart_is_named(memory):
    @memory.cache
    def fit(model):
        return 1

    class Model:
        pass

    model = Model()
    model.lock = threading.Lock()
    with pytest.raises(DigestError, match=r"argument 'model' of .*fit, attribute 'lock': .*ignore"):
        fit(model)


def test_a_wrong_call_names_the_function(memory):
    with pytest.raises(TypeError, match=r"count_up\(\): missing a required argument: 'counter'"):
        memory.cache(count_up)()


def test_a_result_that_cannot_be_pickled_is_still_returned(memory):
    @memory.cache
    def f():
        return lambda: 7

    with pytest.warns(CacheWarning, match="cannot be pickled and is not kept"):
        assert f()() == 7


@pytest.fixture
def chapter(memory):
    """Run the text of a chapter as the course does: no file, in a namespace called __main__."""

    def run(text, **names):
        namespace = {"__name__": "__main__", "memory": memory, **names}
        exec(compile(textwrap.dedent(text), "/nowhere/chapter.py", "exec"), namespace)
        return namespace

    return run


def test_a_chapter_s_function_is_computed_again_only_when_it_changes(chapter, memory):
    text = """
        import numpy as np

        LEVELS = 3

        def noisy(x):
            return x * LEVELS

        @memory.cache
        def errors(photos, sizes=(1, 2)):
            "Say how many."
            return {size: noisy(photos[::size]).sum() for size in sizes}, photos > 0

        result = errors(np.arange(10))
        """
    first = chapter(text)["result"]
    assert chapter("# a new comment\n" + textwrap.dedent(text))["result"][0] == first[0]
    assert memory.cache_info()[:2] == (1, 1)
    chapter(text.replace("LEVELS = 3", "LEVELS = 4"))
    chapter(text.replace("x * LEVELS", "x + LEVELS"))
    chapter(text.replace("(1, 2)", "(1, 3)"))
    assert memory.cache_info()[:2] == (1, 4)
    chapter(text)
    assert memory.cache_info()[:2] == (2, 4)


def test_a_changed_method_of_an_argument_s_class_is_noticed(chapter, memory):
    text = """
        class Model:
            def predict(self, x):
                return x + 1

        @memory.cache
        def score(model):
            return model.predict(1)

        result = score(Model())
        """
    assert [chapter(text)["result"], chapter(text)["result"]] == [2, 2]
    assert chapter(text.replace("x + 1", "x + 2"))["result"] == 3
    assert memory.cache_info()[:2] == (1, 2)


def test_one_cached_function_that_uses_another_notices_its_change(chapter):
    text = """
        @memory.cache
        def inner(x):
            return x + 1

        @memory.cache
        def outer(x):
            return inner(x) * 10

        result = outer(1)
        """
    assert chapter(text)["result"] == 20
    assert chapter(text.replace("x + 1", "x + 2"))["result"] == 30


def test_a_recursive_cached_function_computes_each_step_once(chapter, memory):
    text = """
        @memory.cache
        def fib(n):
            return n if n < 2 else fib(n - 1) + fib(n - 2)
        """
    assert chapter(text)["fib"](20) == 6765
    assert memory.cache_info().misses == 21


def test_a_program_is_remembered_by_its_next_run_with_another_hash_seed(run):
    program = """
        import functools, pickle
        import numpy as np
        from faineant import Memory

        memory = Memory("cache", verbose=0)
        NAMES = {"one", "two", "three", "four"}

        @memory.cache
        def f(x, names):
            return {name: x for name in names | NAMES}

        f(np.arange(5), NAMES | {"five"})
        again = pickle.loads(pickle.dumps(f))
        again(np.arange(5), NAMES | {"five"})
        memory.cache(np.square)(np.arange(3))
        memory.cache(functools.partial(f.__wrapped__, names=set()))(1)
        print(memory.cache_info()[:2])
    """
    assert run(program, PYTHONHASHSEED="1").strip() == "(1, 3)"
    assert run(program, PYTHONHASHSEED="2").strip() == "(4, 0)"
    assert run("# moved\n\n" + textwrap.dedent(program)).strip() == "(4, 0)"
    changed = program.replace('"four"}', '"six"}')
    assert run(changed).strip() == "(2, 2)"


def test_a_memory_and_its_functions_travel_through_pickle(memory):
    cached = memory.cache(len)
    cached("abc")
    for travelled in (
        pickle.loads(pickle.dumps(memory)).cache(len),
        pickle.loads(pickle.dumps(cached)),
    ):
        assert travelled.check_call_in_cache("abc")
        assert travelled.cache_info() == (0, 0, 0, 0)


def plain_double(x):
    """Twice as much."""
    return 2 * x


class Plain:
    @Memory(None).cache
    def double(self, x):
        return 2 * x


plain = Memory(None).cache(plain_double)
plain_twice = Memory(None).cache(lambda x: 2 * x)
plain_double = plain  # as a decorator does


def test_a_copy_of_what_holds_a_memory_holds_the_same_one(memory):
    estimator = {"memory": memory, "settings": [1, 2]}
    again = copy.deepcopy(estimator)
    assert again["memory"] is memory
    assert again["memory"].cache(math.factorial)(5) == memory.cache(math.factorial)(5) == 120
    assert memory.cache_info().hits == 1


def test_functions_of_a_memory_without_a_location_travel_through_pickle():
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(plain, protocol)) is plain
        assert pickle.loads(pickle.dumps(Plain().double, protocol))(4) == 8
    travelled = pickle.loads(cloudpickle.dumps(plain_twice))
    assert travelled(4) == 8
    assert travelled.call(4) == (8, {})
    assert pickle.loads(pickle.dumps(Memory(None).cache(len)))("abc") == 3


def test_functions_of_a_program_go_to_workers_that_do_not_load_it(run):
    """The workers of joblib get by value, through cloudpickle, what the main program defines."""
    program = """
        import pickle

        import cloudpickle
        from faineant import Memory
        from joblib import Parallel, delayed

        memory = Memory("cache", verbose=0)
        RATE = 3

        def helper(x, rate):
            return x * rate

        class Model:
            @memory.cache
            def fit(self, x):
                open("log", "a").write("fit ")
                return x

        @memory.cache
        def down(x, rate=2):
            open("log", "a").write("down ")
            return down(x - 1) if x else helper(RATE, rate)

        if __name__ == "__main__":
            calls = [delayed(down)(2), delayed(Model().fit)(5)] * 2
            print(Parallel(n_jobs=2)(calls), down(2), Model().fit(5))
            print(sorted(open("log").read().split()))
            for sent in (cloudpickle.dumps(down), *(pickle.dumps(down, way) for way in range(6))):
                assert pickle.loads(sent) is down
        """
    assert run(program, "analysis.py") == "[6, 5, 6, 5] 6 5\n['down', 'down', 'down', 'fit']\n"


def test_long_arguments_are_shortened(memory, capsys):
    cached = memory.cache(len, verbose=1)
    cached(list(range(100_000)))
    assert len(capsys.readouterr().out) < 2000


def test_clearing_while_others_compute_costs_no_warning(memory):
    cached = memory.cache(lambda x: x)
    over = threading.Event()

    def clear():
        while not over.is_set():
            cached.clear()

    thread = threading.Thread(target=clear)
    thread.start()
    try:
        assert [cached(x) for x in range(300)] == list(range(300))
    finally:
        over.set()
        thread.join()


class array:  # noqa: N801  (reprlib takes it for Python's own)
    def __reduce__(self):
        return array, ()


class Half:
    """Shows itself as half of a character."""

    def __repr__(self):
        return "half \udc80"

    def __reduce__(self):
        return Half, ()


@pytest.mark.parametrize("argument", [array(), Half(), 10**5000], ids=["array", "half", "long"])
def test_arguments_that_cannot_be_shown_or_written_down_are_remembered(tmp_path, argument):
    memory = Memory(tmp_path)
    cached = memory.cache(lambda x: 3)
    assert cached(argument) == cached(argument) == 3
    assert [entry.call.startswith("<lambda>(") for entry in memory.entries()] == [True]
    assert cached.cache_info()[:2] == (1, 1)


def test_characters_that_a_terminal_lacks_are_spelled_out(run):
    printed = run(
        """
        from faineant import Memory

        @Memory("cache").cache
        def name(of):
            return of

        assert name("\u5de5") == "\u5de5"
        """,
        PYTHONIOENCODING="ascii",
    )
    assert "name('\\u5de5')" in printed


def test_parameters_may_have_the_names_of_ours(memory):
    @memory.cache
    def f(self, func=None, key=None):
        return self, func, key

    assert f(self=1, func=2, key=3) == f(1, 2, 3) == (1, 2, 3)
    assert memory.eval(f.__wrapped__, self=1, func=2, key=3) == (1, 2, 3)
    assert f.cache_info().misses == 1
    assert f.forget(self=1, func=2, key=3)


class Scaled:
    """Has a method of each kind, and an attribute that cannot be pickled."""

    plainly = Memory(None)

    def __init__(self, scale):
        self.scale = scale
        self.hook = lambda: None

    def times(self, x=1):
        return self.scale * x

    @plainly.cache
    def plain_times(self, x=1):
        return self.scale * x

    def __reduce__(self):
        return Scaled, (self.scale,)


plain_lambda = Memory(None).cache(lambda x: 2 * x)
plain_lambda.__wrapped__.__qualname__ = "plain_lambda"


def test_a_method_that_is_remembered_anew_keeps_its_object(memory):
    class Own:
        def __init__(self, scale):
            self.scale = scale

        @memory.cache
        def times(self, x=1):
            return self.scale * x

    assert memory.eval(Own(3).times, 5) == memory.cache(Own(3).times)(x=5) == 15
    assert memory.cache(Scaled(3).plain_times)(5) == 15
    assert Memory(None).cache(Own(3).times)(5) == 15


def test_a_bound_method_runs_again_once_its_object_has_changed(memory):
    class Own:
        def __init__(self, scale):
            self.scale = scale
            self.hook = lambda: None  # it cannot be pickled

        def times(self, x):
            return self.scale * x

    own = Own(3)
    times = memory.cache(own.times)
    assert times(2) == 6
    own.scale = 5
    assert times(2) == 10


def test_functions_and_methods_that_remember_nothing_travel_through_pickle():
    assert pickle.loads(pickle.dumps(plain_lambda)) is plain_lambda
    assert pickle.loads(pickle.dumps(Scaled(3).plain_times))(5) == 15
    made = Memory(None).cache(textwrap.dedent, ignore=["text"])
    made = pickle.loads(pickle.dumps(made))
    assert made("  a") == "a"
    assert made.key("a") == made.key("b")


def test_a_key_is_the_same_with_and_without_a_location(memory):
    def f(x, verbose=0):
        return x

    here, nowhere = (each.cache(f, ignore=["verbose"]) for each in (memory, Memory(None)))
    assert here.key(1) == nowhere.key(1, verbose=3)


def test_large_results_are_kept_where_no_thread_can_be_started(memory, monkeypatch):
    def refused(thread):
        raise RuntimeError("can't start new thread")

    cached = memory.cache(lambda n: np.arange(n))
    monkeypatch.setattr(threading.Thread, "start", refused)
    for _ in range(2):
        np.testing.assert_array_equal(cached(3_000_000), np.arange(3_000_000))
    monkeypatch.undo()
    assert cached(3_000_000)[-1] == 2_999_999
    assert cached.cache_info()[:2] == (2, 1)


SEEN = {}


def test_what_a_function_uses_may_be_changed_by_another_thread(memory):
    cached = memory.cache(lambda x: (x, len(SEEN)))
    over = threading.Event()

    def change():
        number = 0
        while not over.is_set():
            SEEN[number % 300, "key"] = (number,)
            SEEN.pop((7 * number % 300, "key"), None)
            number += 1

    thread = threading.Thread(target=change)
    thread.start()
    try:
        assert [cached(x)[0] for x in range(60)] == list(range(60))
    finally:
        over.set()
        thread.join()
        SEEN.clear()


def test_an_import_that_would_fail_fails_only_when_it_is_run(run, tmp_path):
    (tmp_path / "broken_helper.py").write_text("def (")
    printed = run(
        """
        from faineant import Memory

        @Memory("cache", verbose=0).cache
        def f(x):
            if x < 0:
                import broken_helper
            return x

        print(f(3))
        """
    )
    assert printed == "3\n"
