"""The table about what is kept: lost, locked, damaged or foreign, it costs nothing."""

import os
import sqlite3
import threading
import time
import warnings

import pytest
from faineant import Memory
from faineant.ledger import Ledger, Row

FACTS = ("function", "key", "call", "size", "created", "seconds", "own")


def square(x):
    return x * x


def facts(cached):
    """What entries say, their last use apart, which only the table knows."""
    return [tuple(getattr(entry, name) for name in FACTS) for entry in cached.entries()]


@pytest.fixture
def cached(memory):
    """A function with twenty results, and a table about them."""
    cached = memory.cache(square)
    for x in range(20):
        cached(x)
    assert memory.store.ledger.flush()
    return cached


@pytest.fixture
def table(cached):
    """The file of the table."""
    file = cached.memory.location / "faineant-3" / "ledger.sqlite"
    assert file.exists()
    return file


def again(cached):
    """The same function as another process would see it."""
    return Memory(cached.memory.location, verbose=0).cache(square)


def test_entries_tell_what_is_kept(cached):
    entries = cached.entries()
    assert [entry.call for entry in entries] == [f"square({x})" for x in range(20)]
    first = entries[0]
    assert first.function == cached.name
    assert first.key == cached.key(0)
    assert os.path.getsize(first.file) == first.size
    assert 0 < first.seconds < 1
    assert abs(first.created - time.time()) < 60
    assert first.own
    assert len(cached.memory.entries()) == 20


def test_the_table_knows_when_a_result_was_used(cached):
    before = {entry.call: entry.used for entry in again(cached).entries()}
    time.sleep(0.05)
    cached(3)
    cached.memory.store.ledger.flush()
    after = {entry.call: entry.used for entry in again(cached).entries()}
    assert after.pop("square(3)") > before.pop("square(3)") + 0.04
    assert after == before


def destroy(table):
    table.unlink()


def damage(table):
    table.write_bytes(b"no table at all" * 1000)


def cut(table):
    table.write_bytes(table.read_bytes()[:5000])


def scramble(table):
    content = bytearray(table.read_bytes())
    content[200:4000] = os.urandom(3800)
    table.write_bytes(content)


def other_columns(table):
    table.unlink()
    with sqlite3.connect(table) as other:
        other.execute("CREATE TABLE entries (place TEXT, nonsense TEXT)")
    other.close()


def nonsense(table):
    with sqlite3.connect(table) as wrong:
        wrong.execute("UPDATE entries SET size = 'much', created = x'00', function = 7")
    wrong.close()


def lies(table):
    with sqlite3.connect(table) as wrong:
        wrong.execute("INSERT INTO entries SELECT 'x/' || place, 1, 2, key, 'f', 'f()', 1, 2, 3 "
                      "FROM entries")  # fmt: skip
        wrong.execute("UPDATE entries SET changed = changed + 1, function = 'another'")
    wrong.close()


def folder(table):
    table.unlink()
    table.mkdir()


@pytest.mark.parametrize(
    "harm", [destroy, damage, cut, scramble, other_columns, nonsense, lies, folder]
)
def test_whatever_happens_to_the_table_the_files_tell_the_same(cached, table, harm):
    expected = facts(cached)
    harm(table)
    other = again(cached)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert other(5) == 25
        assert other(100) == 10_000
        other.forget(100)
        assert facts(other) == expected
        assert facts(again(cached)) == expected
    assert other.cache_info()[:2] == (1, 1)


def test_a_damaged_table_is_made_anew(cached, table):
    damage(table)
    again(cached).entries()
    again(cached).entries()
    assert len(Ledger(str(table.parent)).rows()) == 20


def test_nobody_waits_for_a_locked_table(cached, table):
    expected = facts(cached)
    with sqlite3.connect(table, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        fresh = again(cached)
        start = time.perf_counter()
        assert [fresh(x) for x in range(30)] == [x * x for x in range(30)]
        assert not fresh.memory.store.ledger.flush()
        assert time.perf_counter() - start < 5  # sqlite itself would wait five for each
        assert facts(fresh)[:20] == expected
        other.execute("ROLLBACK")
    other.close()
    assert fresh.memory.store.ledger.flush()
    assert len(Ledger(str(table.parent)).rows()) == 30


def test_what_happened_is_written_when_a_program_ends(run, tmp_path):
    run("""
        from faineant import Memory

        @Memory("cache", verbose=0).cache
        def square(x):
            return x * x

        square(1), square(2)
    """)
    assert len(Ledger(str(tmp_path / "cache" / "faineant-3")).rows()) == 2


def test_a_program_that_is_killed_costs_the_table_nothing_that_files_do_not_tell(start, tmp_path):
    process = start("""
        import time
        from faineant import Memory

        memory = Memory("cache", verbose=0)

        @memory.cache
        def square(x):
            return x * x

        [square(x) for x in range(50)]
        print("ready", flush=True)
        time.sleep(60)
    """)
    assert process.stdout.readline() == "ready\n"
    process.kill()
    process.communicate()
    assert len(Memory(tmp_path / "cache", verbose=0).entries()) == 50


def test_a_long_program_writes_now_and_then(memory, monkeypatch):
    cached = memory.cache(square)
    ledger = memory.store.ledger
    cached(1)
    ledger.due = 0  # as if seconds had passed
    cached(2)
    for _ in range(200):
        if len(Ledger(ledger.folder).rows()) == 2:
            break
        time.sleep(0.01)
    assert len(Ledger(ledger.folder).rows()) == 2
    assert ledger.due > time.time()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
def test_a_fork_while_the_table_is_written_leaves_both_sides_working(run):
    assert (
        run("""
        import os, threading
        from faineant import Memory

        memory = Memory("cache", verbose=0)

        @memory.cache
        def square(x):
            return x * x

        def write():
            for x in range(300):
                square(x)
                memory.store.ledger.flush()

        writer = threading.Thread(target=write)
        writer.start()
        for n in range(20):
            child = os.fork()
            if child == 0:
                assert square(1000 + n) == (1000 + n) ** 2
                assert memory.store.ledger.flush() in (True, False)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        writer.join()
        print(len(memory.entries()))
    """)
        == "320\n"
    )


def test_news_of_many_threads_all_arrive(tmp_path):
    ledger = Ledger(str(tmp_path))
    row = Row(1, 2, "00", "f", "f()", 0.0, 0.0, 0.0)

    def note(number):
        for n in range(500):
            ledger.kept(f"f/{number}-{n}.entry", row)
            if n % 50 == 0:
                ledger.flush()

    threads = [threading.Thread(target=note, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.flush()
    assert len(ledger.rows()) == 2000
