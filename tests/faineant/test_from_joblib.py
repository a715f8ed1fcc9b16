"""The page for those who come from joblib names everything, and says of each name what is true."""

import inspect
import re
from pathlib import Path
from typing import NamedTuple

import faineant
import joblib
import joblib.memory as theirs
import pytest
from faineant import Memory

PAGE = Path(__file__).parents[2] / "course" / "reference" / "from-joblib.md"
SECTION = re.compile(r"^### (?:`(\w+)`|.*)$", re.MULTILINE)
ROW = re.compile(r"^\| (`.*?`) \| (\w+) \|", re.MULTILINE)
NAME = re.compile(r"`([\w.]+)(?:\((\w+)=\))?`")


class Name(NamedTuple):
    """A name of joblib: ``Memory``, ``Memory.cache`` or ``Memory.cache(ignore=)``."""

    owner: str
    name: str | None = None
    parameter: str | None = None

    def __str__(self):
        tail = f"({self.parameter}=)" if self.parameter else ""
        return ".".join(filter(None, self[:2])) + tail


def verdicts():
    """Read the page: below a heading that is a class, names are those of its objects."""
    _, *sections = SECTION.split(PAGE.read_text(encoding="utf-8"))
    for kind, text in zip(sections[::2], sections[1::2], strict=True):
        for names, verdict in ROW.findall(text):
            for name, parameter in NAME.findall(names):
                whole = kind in (None, name)
                owner, _, name = name.partition(".") if whole else (kind, ".", name)
                yield Name(owner, name or None, parameter or None), verdict


VERDICTS = dict(verdicts())
CLASSES = (
    "Memory",
    "MemorizedFunc",
    "AsyncMemorizedFunc",
    "MemorizedResult",
    "NotMemorizedFunc",
    "AsyncNotMemorizedFunc",
    "NotMemorizedResult",
    "StoreBackendBase",
)
ABOVE = {"AsyncMemorizedFunc": "MemorizedFunc", "AsyncNotMemorizedFunc": "NotMemorizedFunc"}
WITH_PARAMETERS = ("Memory", "expires_after", "register_store_backend")


def double(x):
    return 2 * x


async def awaited(x):
    return 2 * x


def objects(memory, nothing):
    """Make what a program meets, under the names of joblib."""
    return {
        "Memory": memory,
        "MemorizedFunc": memory.cache(double),
        "AsyncMemorizedFunc": memory.cache(awaited),
        "MemorizedResult": memory.cache(double).call_and_shelve(1),
        "NotMemorizedFunc": nothing.cache(double),
        "AsyncNotMemorizedFunc": nothing.cache(awaited),
        "NotMemorizedResult": nothing.cache(double).call_and_shelve(1),
    }


@pytest.fixture
def there(tmp_path):
    """The objects of joblib."""
    made = objects(joblib.Memory(tmp_path / "theirs", verbose=0), joblib.Memory(None))
    return made | {"StoreBackendBase": theirs.StoreBackendBase}


@pytest.fixture
def here(memory):
    """The same of ours."""
    return objects(memory, Memory(None))


def public(thing):
    return {name for name in dir(thing) if not name.startswith("_")}


def parameters(function):
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind not in kinds
    ]


def names_of_the_module():
    names = {name for name in public(theirs) if not inspect.ismodule(getattr(theirs, name))}
    yield from map(Name, names)
    for name in WITH_PARAMETERS:
        for parameter in parameters(getattr(theirs, name)):
            yield Name(name, None, parameter)
    for name in ("hash", "dump", "load"):
        yield Name("joblib", name)
        yield from (Name("joblib", name, each) for each in parameters(getattr(joblib, name)))


def names_of(kind, thing):
    """Give the names of an object, with the parameters of its methods."""
    for name in public(thing):
        if kind in ABOVE and name not in vars(getattr(theirs, kind)):
            continue  # told of under the class above it
        yield Name(kind, name)
        method = getattr(thing, name)
        if inspect.ismethod(method) and not hasattr(joblib.logger.Logger, name):
            yield from (Name(kind, name, parameter) for parameter in parameters(method))


def test_every_name_of_joblib_stands_on_the_page(there):
    wanted = {*names_of_the_module()}.union(*(names_of(kind, there[kind]) for kind in CLASSES))
    assert sorted(map(str, wanted - set(VERDICTS))) == []
    assert sorted(map(str, set(VERDICTS) - wanted)) == [], "on the page, and not in joblib"


@pytest.mark.parametrize("name", VERDICTS, ids=str)
def test_what_the_page_says_of_a_name_is_so(name, here):
    assert VERDICTS[name] in ("same", "better", "different", "absent")
    assert exists(name, here) == (VERDICTS[name] != "absent")


def exists(name, here):
    """Tell whether faineant has it."""
    thing = faineant if name.owner == "joblib" else here.get(name.owner)
    thing = thing or getattr(faineant, name.owner, None)
    if name.name is not None:
        thing = getattr(thing, name.name, None)
    elif name.parameter and name.owner in here:
        thing = type(thing)
    if name.parameter is None:
        return thing is not None
    return thing is not None and name.parameter in parameters(thing)
