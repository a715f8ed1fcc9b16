"""The exchange rates: read from the file of the European Central Bank, or refused with a reason."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from course.data import DataError
from course.rates import COUNTRIES, CURRENCIES, PEGGED, Rates, rates, weekly_moves

SMALL = """Date,USD,JPY,LTL,
2024-01-03,1.0919,155.76,N/A,
2024-01-02,1.0956,,N/A,
1999-01-04,1.1789,133.73,4.717,
"""


@pytest.fixture(scope="module")
def table():
    return rates({})


@pytest.fixture
def own(tmp_path):
    """Make a file of rates out of a text, and name it as a learner would."""

    def file_of(text, name="eurofxref-hist.csv"):
        path = tmp_path / "rates.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, text)
        return {"COURSE_RATES": str(path)}

    return file_of


def walk(days=400, currencies=6, seed=0):
    """Rates of working days that nobody ever paid."""
    rng = np.random.default_rng(seed)
    every = np.arange(np.datetime64("2020-01-01"), np.datetime64("2020-01-01") + 2 * days)
    working = every[np.is_busday(every)][:days]
    values = np.exp(np.cumsum(rng.normal(0, 0.01, (len(working), currencies)), axis=0))
    return Rates(working, tuple(f"C{i}" for i in range(currencies)), values)


class TestReading:
    def test_the_file_that_comes_along_begins_with_the_euro(self, table):
        assert table.days[0] == np.datetime64("1999-01-04")
        assert (np.diff(table.days) > np.timedelta64(0)).all()
        assert table.values[0, table.currencies.index("USD")] == 1.1789
        assert "European Central Bank" in table.credit

    def test_each_currency_has_a_name_and_a_country(self, table):
        assert set(table.currencies) <= set(COUNTRIES)
        assert set(table.currencies) <= set(CURRENCIES)
        assert set(PEGGED) <= set(table.currencies)

    def test_na_and_nothing_are_no_rates(self, own):
        small = rates(own(SMALL))
        assert small.currencies == ("USD", "JPY", "LTL")
        assert small.days.astype(str).tolist() == ["1999-01-04", "2024-01-02", "2024-01-03"]
        np.testing.assert_array_equal(
            small.values,
            [[1.1789, 133.73, 4.717], [1.0956, np.nan, np.nan], [1.0919, 155.76, np.nan]],
        )

    def test_the_package_that_brings_the_file_is_not_imported(self):
        code = "import sys; from course.rates import rates; rates({}); print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "currency_converter" not in done.stdout.split()


class TestRefusing:
    def test_a_missing_file_is_named(self, tmp_path):
        missing = tmp_path / "nowhere.zip"
        with pytest.raises(DataError, match=re.escape(f"there is no file {missing}")):
            rates({"COURSE_RATES": str(missing)})

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "list index|unpack"),
            ("Time,USD,\n2024-01-02,1.1,\n", "does not begin with a line of currencies"),
            ("Date,USD,\n", "does not begin with a line of currencies"),
            ("Date,USD,JPY,\n2024-01-02,1.1\n", "fewer rates than there are currencies"),
            ("Date,USD,\nyesterday,1.1,\n", "yesterday"),
            ("Date,USD,\n2024-01-02,much,\n", "much"),
            ("Date,USD,\n2024-01-02,0,\n", "not above 0"),
            ("Date,USD,\n2024-01-02,-1,\n", "not above 0"),
            ("Date,USD,\n2024-01-02,inf,\n", "not above 0"),
            ("Date,USD,\n2024-01-02,1,\n2024-01-02,1,\n", "two lines for one day"),
            (b"\xff\xfe\x00", "codec"),
        ],
    )
    def test_a_file_of_something_else_is_refused_and_the_right_one_named(self, own, text, reason):
        with pytest.raises(DataError, match=reason) as refused:
            rates(own(text))
        assert "rates.zip cannot be read as exchange rates" in str(refused.value)
        assert "give the file eurofxref-hist.zip" in str(refused.value)

    def test_what_is_no_zip_is_refused(self, tmp_path):
        (tmp_path / "rates.zip").write_text(SMALL)
        for path in (tmp_path / "rates.zip", tmp_path):
            with pytest.raises(DataError, match="give"):
                rates({"COURSE_RATES": str(path)})

    def test_an_empty_or_damaged_archive_is_refused(self, tmp_path, own):
        with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
            pass
        with pytest.raises(DataError, match="cannot be read"):
            rates({"COURSE_RATES": str(tmp_path / "empty.zip")})
        path = Path(own(SMALL)["COURSE_RATES"])
        path.write_bytes(path.read_bytes().replace(b"1.0919", b"2.0919"))
        with pytest.raises(DataError, match="CRC"):
            rates({"COURSE_RATES": str(path)})


class TestMoves:
    def test_a_move_is_the_log_of_the_last_rates_of_two_weeks_against_the_mean_of_all(self):
        table = walk()
        moves = weekly_moves(table, "2020-01-01", "2022-01-01")
        last = [np.flatnonzero(table.days <= day)[-1] for day in moves.weeks]
        logs = np.log(table.values[last])
        expected = np.diff(logs, axis=0)
        expected -= expected.mean(axis=1)[:, None]
        np.testing.assert_allclose(moves.values[1:], expected)

    def test_weeks_follow_each_other(self, table):
        moves = weekly_moves(table, "2011-01-01", "2020-12-31")
        steps = np.diff(moves.weeks).astype(int)
        assert len(moves.weeks) == pytest.approx(520, abs=3)
        assert steps.min() >= 1
        assert steps.max() <= 14

    def test_what_all_currencies_share_is_taken_out(self):
        table = walk()
        euro = np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.05, len(table.days))))
        moved = Rates(table.days, table.currencies, table.values * euro[:, None])
        one, other = (weekly_moves(t, "2020-01-01", "2022-01-01").values for t in (table, moved))
        np.testing.assert_allclose(one, other, atol=1e-12)

    def test_months_and_days_are_to_be_had(self):
        table = walk()
        weeks, months, days = (
            weekly_moves(table, "2020-01-01", "2022-01-01", step=step) for step in "WMD"
        )
        assert len(days.weeks) == len(table.days) - 1
        assert len(months.weeks) < len(weeks.weeks) < len(days.weeks)

    def test_a_single_missing_day_is_filled_and_a_missing_year_is_not(self):
        table = walk()
        table.values[200, 0] = np.nan
        table.values[:100, 1] = np.nan
        moves = weekly_moves(table, "2020-01-01", "2022-01-01")
        assert moves.currencies == ("C0", "C2", "C3", "C4", "C5")
        assert np.isfinite(moves.values).all()

    def test_those_tied_to_the_euro_are_left_out_unless_asked_for(self, table):
        years = ("2011-01-01", "2020-12-31")
        assert not set(PEGGED) & set(weekly_moves(table, *years).currencies)
        assert {"DKK", "BGN"} <= set(weekly_moves(table, *years, exclude=()).currencies)

    def test_a_time_without_rates_is_refused_and_the_one_of_the_file_told(self):
        with pytest.raises(DataError, match=r"0 days of rates.* the file has 2020-01-01 to"):
            weekly_moves(walk(), "1990-01-01", "1991-01-01")

    def test_too_few_currencies_are_refused(self):
        with pytest.raises(DataError, match="2 currencies have a rate"):
            weekly_moves(walk(), "2020-01-01", "2022-01-01", exclude=("C0", "C1", "C2", "C3"))


def test_the_peg_of_the_danish_krone_shows_in_the_rates(table):
    """What the prose says of currencies that are tied to the euro: such a rate hardly moves."""
    spread = {
        name: np.nanstd(np.diff(np.log(table.values[-2000:, table.currencies.index(name)])))
        for name in ("DKK", "USD")
    }
    assert spread["DKK"] < spread["USD"] / 10
