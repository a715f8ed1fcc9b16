"""What is kept in a folder, from the command line: ``python -m faineant ls LOCATION``."""

from __future__ import annotations

import argparse
import fnmatch
import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from faineant.entries import Entry
from faineant.facts import Facts
from faineant.files import read_head
from faineant.pack import DamageError
from faineant.store import FOLDER, Store
from faineant.units import age_in_words, size_in_words, time_in_words

DAMAGED = "(damaged)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and give its exit code."""
    options = parser().parse_args(arguments)
    location = Path(options.location).expanduser()
    if not (location / FOLDER).is_dir():
        print(
            f"{options.location} holds no results of faineant; give the location of a Memory, a "
            f"folder with {FOLDER} in it",
            file=sys.stderr,
        )
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):  # some terminals and files lack characters
        sys.stdout.reconfigure(errors="backslashreplace")
    store = Store(location.absolute())
    try:
        return int(options.do(store, options))
    except BrokenPipeError:  # the reader, such as "head", has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # not ours to remove, or in use on Windows
        print(error, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="python -m faineant",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Look into the folder of a Memory, check it, and remove from it.",
        epilog="examples:\n"
        "  python -m faineant ls cache                   what is kept, a line a function\n"
        "  python -m faineant ls cache analysis.smooth   a line a call of one function\n"
        "  python -m faineant show cache 3fa9            all about the call whose key begins so\n"
        "  python -m faineant rm cache 'analysis.*'      forget what these functions returned\n"
        "  python -m faineant verify cache               read every file, and tell the damaged\n",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, do: Any, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        added.add_argument("location", metavar="LOCATION", help="the location of a Memory")
        added.add_argument("--json", action="store_true", help="for programs")
        added.set_defaults(do=do)
        return added

    listing = command("ls", ls, "list what is kept: functions, or the calls of some")
    names = "names of functions or beginnings of keys; * stands for anything"
    listing.add_argument("what", metavar="WHAT", nargs="*", help=f"{names}; without, functions")
    listing.add_argument("--calls", action="store_true", help="a line a call, of all functions")
    showing = command("show", show, "show all that is known of some calls")
    showing.add_argument("what", metavar="WHAT", nargs="+", help=names)
    removing = command("rm", rm, "forget some calls")
    removing.add_argument("what", metavar="WHAT", nargs="+", help=names)
    command("verify", verify, "read every file of yours, and name what is damaged")
    command("clear", clear, "forget everything")
    return top


def ls(store: Store, options: argparse.Namespace) -> int:
    """List functions, or calls."""
    kept = store.entries()
    if options.what or options.calls:
        chosen = choose(kept, options.what or ["*"])
        if options.json:
            print(json.dumps([as_dict(entry) for entry in chosen], indent=1))
        elif chosen:
            rows = [call_row(entry) for entry in chosen]
            print_table(("key", "size", "took", "computed", "used", "call"), rows)
        return missed(options.what, chosen)
    functions = summed(kept)
    if options.json:
        print(json.dumps(functions, indent=1))
        return 0
    rows = [
        (
            f"{each['calls']:,}",
            size_in_words(each["size"]),
            time_in_words(each["seconds"]),
            ago(each["used"]),
            each["function"] or DAMAGED,
        )
        for each in functions
    ]
    if rows:
        print_table(("calls", "size", "took", "used", "function"), rows)
    print(f"{counted(kept)} in {store.folder}")
    return 0


def show(store: Store, options: argparse.Namespace) -> int:
    """Show all that is known of some calls."""
    chosen = choose(store.entries(), options.what)
    told = [as_dict(entry) | facts(entry) for entry in chosen]
    if options.json:
        print(json.dumps(told, indent=1))
        return missed(options.what, chosen)
    for entry, known in zip(chosen, told, strict=True):
        print(entry.call or entry.key)
        lines = {
            "function": entry.function or DAMAGED,
            "key": entry.key,
            "size": size_in_words(entry.size),
            "took": time_in_words(entry.seconds),
            "computed": f"{date(entry.created)}, {ago(entry.created)}",
            "used": f"{date(entry.used)}, {ago(entry.used)}",
            "yours": "yes" if entry.own else "no: signed with another key, or damaged",
            "file": entry.file,
        }
        lines |= {f"argument {name}": value for name, value in known["input_args"].items()}
        lines |= known["function_parts"]
        width = max(map(len, lines))
        for name, value in lines.items():
            print(f"  {name:<{width}}  {value}")
    return missed(options.what, chosen)


def rm(store: Store, options: argparse.Namespace) -> int:
    """Forget some calls."""
    chosen = choose(store.entries(), options.what)
    return removed(store, chosen, options.json) or missed(options.what, chosen)


def clear(store: Store, options: argparse.Namespace) -> int:
    """Forget everything."""
    chosen = store.entries()
    store.clear()
    return report(chosen, options.json)


def verify(store: Store, options: argparse.Namespace) -> int:
    """Read every file, and name what is damaged."""
    kept = [entry for entry in store.entries() if entry.own or not entry.function]
    damaged = [(entry.file, trouble) for entry in kept if (trouble := store.trouble(entry))]
    if options.json:
        told = [{"file": file, "trouble": trouble} for file, trouble in damaged]
        print(json.dumps({"verified": len(kept), "damaged": told}, indent=1))
    else:
        for file, trouble in damaged:
            print(f"{file}: {trouble}")
        print(f"{len(kept) - len(damaged):,} of {len(kept):,} results are as they were written")
    return 1 if damaged else 0


def choose(kept: Iterable[Entry], what: Sequence[str]) -> list[Entry]:
    """Choose entries by the names of functions or the beginnings of keys."""
    return [entry for entry in kept if any(named(entry, each) for each in what)]


def named(entry: Entry, what: str) -> bool:
    """Tell whether an entry is meant."""
    of_key = len(what) >= 4 and fnmatch.fnmatchcase(entry.key, f"{what}*")
    last = entry.function.rpartition(".")[2]
    return of_key or any(fnmatch.fnmatchcase(name, what) for name in (entry.function, last))


def missed(what: Sequence[str], chosen: Sequence[Entry]) -> int:
    """Say what names nothing; give the exit code."""
    nothing = [each for each in what if not any(named(entry, each) for entry in chosen)]
    for each in nothing:
        print(
            f"{each} names nothing that is kept; give a function, or 4 or more digits of a key",
            file=sys.stderr,
        )
    return 1 if nothing else 0


def removed(store: Store, chosen: Sequence[Entry], as_json: bool) -> int:
    """Remove entries, and say so."""
    for entry in chosen:
        store.remove(entry)
    return report(chosen, as_json)


def report(gone: Sequence[Entry], as_json: bool) -> int:
    """Say what was removed."""
    if as_json:
        print(json.dumps({"removed": len(gone), "size": sum(entry.size for entry in gone)}))
    else:
        print(f"{counted(gone)} removed")
    return 0


def counted(kept: Sequence[Entry]) -> str:
    """Say how many results there are, and how large."""
    size = size_in_words(sum(entry.size for entry in kept))
    return f"{len(kept):,} result{'' if len(kept) == 1 else 's'}, {size},"


def summed(kept: Iterable[Entry]) -> list[dict[str, Any]]:
    """Sum up the entries of each function."""
    functions: dict[str, dict[str, Any]] = {}
    for entry in kept:
        each = functions.setdefault(
            entry.function,
            {"function": entry.function, "calls": 0, "size": 0, "seconds": 0.0, "used": 0.0},
        )
        each["calls"] += 1
        each["size"] += entry.size
        each["seconds"] += entry.seconds
        each["used"] = max(each["used"], entry.used)
    return sorted(functions.values(), key=lambda each: str(each["function"]))


def facts(entry: Entry) -> dict[str, Any]:
    """Read what a file says of its call."""
    try:
        known = Facts.read(read_head(entry.file).facts)
    except (DamageError, OSError, ValueError):
        known = Facts()
    return {"input_args": known.input_args, "function_parts": known.function}


def as_dict(entry: Entry) -> dict[str, Any]:
    """Give an entry for JSON."""
    return entry._asdict()


def call_row(entry: Entry) -> tuple[str, ...]:
    """Give the cells of a call's row."""
    call = entry.call or (DAMAGED if not entry.own else entry.function)
    return (
        entry.key[:8],
        size_in_words(entry.size),
        time_in_words(entry.seconds),
        ago(entry.created),
        ago(entry.used),
        call.replace("\n", " "),
    )


def ago(when: float) -> str:
    """Say how long ago something was."""
    return f"{age_in_words(time.time() - when)} ago"


def date(when: float) -> str:
    """Give a date and a time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, numbers on the right; a call at the end is cut where a line ends."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)][:-1]
    left = max(20, shutil.get_terminal_size().columns - sum(widths) - 2 * len(widths))
    for *row, text in (head, *rows):
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        if head[0] == "key":
            cells[0] = row[0].ljust(widths[0])
        if head[-1] == "call" and len(text) > left:
            text = f"{text[: left - 3]}..."
        print("  ".join([*cells, text]))


if __name__ == "__main__":
    raise SystemExit(main())
