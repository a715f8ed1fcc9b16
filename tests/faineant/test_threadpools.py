"""BLAS and OpenMP get as few threads as they are told, and what they had before comes back.

The programs run as processes of their own, where the user has set nothing.
`threadpoolctl` is the oracle: it asks the libraries themselves.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest
from faineant import threadpools

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="loaded libraries are found on Linux"
)

# What the programs below start with. Four threads, set by call, so that there is something to
# limit on a machine of one core, too.
ORACLE = """
import json, os, sys
from threadpoolctl import threadpool_info, threadpool_limits
from faineant.threadpools import limit, threads

def asked():
    return {each["filepath"]: each["num_threads"] for each in threadpool_info()}
"""
LOADED = """
import numpy as np, scipy.linalg, sklearn.metrics
threadpool_limits(4)
"""


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    """Start from an environment in which the user has set nothing."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def variables() -> dict[str, str]:
    return {name: os.environ[name] for name in VARIABLES if name in os.environ}


@linux
def test_loaded_libraries_are_limited_by_their_own_call_and_get_back_what_they_had(run):
    printed = run(
        ORACLE
        + LOADED
        + """
before = asked()
undo = limit(2)
limited = asked()
further = limit(1)
print(json.dumps([before, limited, asked()]))
further()
between = asked()
undo()
undo()
print(json.dumps([between, asked()]))
"""
    )
    before, limited, further = json.loads(printed.splitlines()[0])
    names = " ".join(before)
    assert "numpy.libs" in names
    assert "scipy.libs" in names
    assert "libgomp" in names
    assert set(before.values()) == {4}
    assert limited == dict.fromkeys(before, 2)
    assert further == dict.fromkeys(before, 1)
    assert json.loads(printed.splitlines()[1]) == [limited, before]


@linux
def test_what_the_libraries_are_set_to_is_told(run):
    printed = run(
        ORACLE
        + """
print(threads() == {}, end=" ")
import numpy
threadpool_limits(4)
print(threads() == asked(), set(threads().values()), end=" ")
import scipy.linalg, sklearn.metrics
threadpool_limits(3)
print(threads() == asked(), set(threads().values()), len(threads()))
"""
    )
    assert printed == "True True {4} True {3} 3\n"


@linux
def test_a_lower_limit_that_was_set_by_a_call_is_not_raised(run):
    printed = run(
        ORACLE
        + LOADED
        + """
threadpool_limits(2)
undo = limit(3)
print(set(asked().values()), end=" ")
undo()
print(set(asked().values()))
"""
    )
    assert printed == "{2} {2}\n"


@linux
def test_libraries_that_are_loaded_later_and_programs_that_are_started_are_limited(run):
    printed = run(
        ORACLE
        + """
import subprocess
limit(1)
import numpy, scipy.linalg, sklearn.metrics
print(len(asked()), set(asked().values()))
program = "import threadpoolctl, numpy; print(threadpoolctl.threadpool_info()[0]['num_threads'])"
print(subprocess.check_output([sys.executable, "-c", program], text=True))
"""
    )
    assert printed.split() == ["3", "{1}", "1"]


@linux
def test_a_library_that_was_loaded_after_the_last_look_is_found(run):
    printed = run(
        ORACLE
        + """
limit(3)
import numpy
threadpool_limits(4)
undo = limit(2)
import scipy.linalg, sklearn.metrics
threadpool_limits(4)
limit(1)
print(len(asked()), set(asked().values()))
"""
    )
    assert printed == "3 {1}\n"


@linux
def test_a_user_s_lower_limit_for_all_holds_for_each_library_that_is_loaded_later(run):
    printed = run(
        ORACLE
        + """
limit(4)
import numpy, scipy.linalg, sklearn.metrics
print(set(asked().values()))
""",
        OMP_NUM_THREADS="1",
    )
    assert printed == "{1}\n"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"OMP_NUM_THREADS": "1"}, dict.fromkeys(VARIABLES, "1")),
        ({"OMP_NUM_THREADS": "3,2"}, {}),
        ({"OMP_NUM_THREADS": "2,1"}, {"OMP_NUM_THREADS": "2,1"}),
        ({"OMP_NUM_THREADS": "many"}, {}),
        ({"OMP_NUM_THREADS": "0"}, {}),
        ({"OMP_NUM_THREADS": ""}, {}),
        ({"OPENBLAS_NUM_THREADS": "1"}, {"OPENBLAS_NUM_THREADS": "1"}),
        ({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "8"}, dict.fromkeys(VARIABLES, "1")),
    ],
)
def test_the_environment_is_limited_and_put_back(monkeypatch, given, expected):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    undo = threadpools.limit(2)
    limited = variables()
    undo()
    assert limited == dict.fromkeys(VARIABLES, "2") | expected
    assert variables() == given


def test_undone_a_second_time_it_leaves_alone_what_came_after(monkeypatch):
    undo = threadpools.limit(2)
    undo()
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    undo()
    assert variables() == {"OMP_NUM_THREADS": "5"}


@linux
def test_a_program_without_such_libraries_does_not_load_ctypes(run):
    printed = run(
        """
        import sys
        from faineant.threadpools import limit, threads
        limit(1)
        print(threads(), "ctypes" in sys.modules)
        """
    )
    assert printed == "{} False\n"


FORKED = """
import signal
import numpy as np
threadpool_limits(4)
a = np.ones((400, 400))
here = lambda: len(os.listdir("/proc/self/task"))
assert (a @ a == 400).all()  # a large product: OpenBLAS's threads run
assert here() > 1

def in_child(work):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)  # a child that hangs is killed
        work()
        sys.stdout.flush()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0

def multiply():
    assert (a @ a == 400).all()
    print(*asked().values(), end=" ")
"""


@linux
def test_a_forked_process_can_be_limited_after_blas_has_run(run):
    printed = run(
        ORACLE
        + FORKED
        + """
def work():
    undo = limit(1)
    multiply()
    undo()
    multiply()
    limit(2)
    multiply()

in_child(work)
multiply()
"""
    )
    assert printed.split() == ["1", "4", "2", "4"]


@linux
def test_a_limit_is_inherited_by_a_forked_process_which_then_has_one_thread(run):
    printed = run(
        ORACLE
        + FORKED
        + """
undo = limit(1)
in_child(lambda: (multiply(), print(here(), end=" ")))
undo()
multiply()
"""
    )
    assert printed.split() == ["1", "1", "4"]


@linux
def test_openmp_is_limited_without_starting_its_threads(run):
    printed = run(
        ORACLE
        + LOADED
        + """
from faineant.starting import openmp_team_runs

before = set(os.listdir("/proc/self/task"))
limit(1)
print(set(os.listdir("/proc/self/task")) <= before)
x = np.random.default_rng(0).normal(size=(2000, 20))
sklearn.metrics.pairwise_distances_argmin(x, x)
print(openmp_team_runs())
"""
    )
    assert printed.split() == ["True", "False"]


# MKL and BLIS are large, and no test brings them. These keep the same books, behind the same calls.
STAND_INS = {
    "libmkl_rt.so.2": """
        static int n = 4;
        int MKL_Get_Max_Threads(void) { return n; }
        void MKL_Set_Num_Threads(int m) { n = m; }
    """,
    "libblis.so.4": """
        #include <stdint.h>
        static int64_t n = 4;
        int64_t bli_thread_get_num_threads(void) { return n; }
        void bli_thread_set_num_threads(int64_t m) { n = m; }
    """,
    "libblas.so.3": """
        static int n = 4;
        int openblas_get_num_threads(void) { return n; }
        void openblas_set_num_threads(int m) { n = m; }
    """,
    "libopenblas64_.so.0": """
        static int n = 4;
        int openblas_get_num_threads64_(void) { return n; }
        void openblas_set_num_threads64_(int m) { n = m; }
    """,
    "libiomp5.so": """
        static int n = 4;
        int omp_get_max_threads(void) { return n; }
        void omp_set_num_threads(int m) { n = m; }
    """,
    "liblapack.so.3": "int dgesv_(void) { return 0; }",
    "libomptarget.so": """
        static int n = 4;
        int omp_get_max_threads(void) { return n; }
        void omp_set_num_threads(int m) { n = m; }
    """,
}


@linux
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_libraries_are_known_by_their_files_and_calls(run, tmp_path):
    for name, text in STAND_INS.items():
        (tmp_path / "source.c").write_text(text)
        subprocess.run(
            ["cc", "-w", "-shared", "-fPIC", "-o", tmp_path / name, tmp_path / "source.c"],
            check=True,
        )
    printed = run(
        """
        import ctypes, glob, json, os
        from faineant.threadpools import limit, threads

        for file in glob.glob("lib*"):
            ctypes.CDLL(os.path.abspath(file))
        names = lambda: {os.path.basename(path): count for path, count in threads().items()}
        before = names()
        undo = limit(2)
        limited = names()
        undo()
        print(json.dumps([before, limited, names()]))
        """
    )
    before, limited, after = json.loads(printed)
    assert set(before) == set(STAND_INS) - {"liblapack.so.3", "libomptarget.so"}
    assert before == after == dict.fromkeys(before, 4)
    assert limited == dict.fromkeys(before, 2)


@pytest.mark.parametrize(
    ("n", "kind"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)]
)
def test_what_is_no_number_of_threads_is_refused(n, kind):
    with pytest.raises(kind, match="give 1, or more"):
        threadpools.limit(n)
    assert variables() == {}
