"""Counts corrected for the reader's own mistakes."""

from __future__ import annotations

import math
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.statistics.intervals import NO_INTERVAL, Interval
from warehouse.statistics.misclassification import (
    ErrorCounts,
    ErrorFileError,
    Posterior,
    Rates,
    corrected,
    posteriors,
    read_error_counts,
    with_extractor_error,
)

HEADER = "framework,sample,true_positive,false_negative,true_negative,false_positive\n"
KEPT = "pytorch,kept,12,0,48,0\ntensorflow,kept,18,1,40,1\njax,kept,0,0,60,0\n"


def test_corrected_shares_and_joint_cells_are_right():
    # 1,000 adverts: 300 name the first, 200 the second, 100 both; mistakes are independent
    cells = {(1, 1): 100, (1, 0): 200, (0, 1): 100, (0, 0): 600}
    rates = (0.8, 0.9), (0.9, 0.95)
    sums = np.zeros(3)
    for truths, n in cells.items():
        for readings in ((1, 1), (1, 0), (0, 1), (0, 0)):
            chance = 1.0
            for truth, reading, (se, sp) in zip(truths, readings, rates, strict=True):
                positive = se if truth else 1 - sp
                chance *= positive if reading else 1 - positive
            first, second = (float(corrected(y, *r)) for y, r in zip(readings, rates, strict=True))
            sums += n * chance * np.array([first, second, first * second])
    assert sums == pytest.approx([300, 200, 100])


@given(st.floats(0.5, 1), st.floats(0.6, 1), st.floats(0, 1))
def test_correcting_undoes_misreading(sensitivity, specificity, share):
    read = sensitivity * share + (1 - specificity) * (1 - share)
    assert float(corrected(read, sensitivity, specificity)) == pytest.approx(share, abs=1e-9)


def test_readings_that_say_nothing_are_refused():
    with pytest.raises(ValueError, match="say nothing"):
        corrected(np.array([0.0, 1.0]), 0.4, 0.6)


def test_posteriors_take_the_fresh_sample_and_pool_where_it_is_small():
    counts = [
        ErrorCounts("pytorch", "gold", 67, 0, 113, 0),
        ErrorCounts("pytorch", "kept", 12, 0, 48, 0),
        ErrorCounts("tensorflow", "kept", 18, 1, 40, 1),
        ErrorCounts("jax", "kept", 0, 0, 60, 0),
    ]
    found = posteriors(counts, {"pytorch": 0.3, "jax": 0.02})
    assert found["pytorch"] == Posterior((12.5, 0.5), (0.5, 12.5), 0.3)
    assert found["jax"] == Posterior((30.5, 1.5), (1.5, 30.5), 0.02)
    with pytest.raises(KeyError):
        posteriors(counts, {"theano": 0.1})


def test_the_specificity_follows_from_false_discoveries_and_prevalence():
    # 100 of 1,000 read so, a fifth of them wrongly; the 80 are half of the 160 that name it
    rates = Posterior((5.0, 5.0), (2.0, 8.0), 0.1).rates()
    assert rates == pytest.approx((0.5, 1 - 20 / 840))
    assert float(corrected(0.1, *rates)) == pytest.approx(0.16)
    # where fewer are read as naming it, fewer are wrongly read so
    assert Posterior((5.0, 5.0), (2.0, 8.0), 0.001).rates().specificity > 0.999


@given(st.floats(0.01, 0.999), st.floats(0.001, 0.6), st.floats(0, 1))
def test_rates_always_say_something(found, false, read_share):
    rates = Posterior((1.0, 1.0), (1.0, 1.0), read_share).rates(found, false)
    assert 0 <= rates.specificity <= 1
    assert rates.sensitivity + rates.specificity - 1 >= 0.49 * rates.sensitivity


def share_at(name: str, read: float):
    return lambda rates: float(corrected(read, *rates[name]))


SURE = {"pytorch": Posterior((8e9, 2e9), (1.0, 1e9), 0.24)}


def test_a_known_error_moves_and_stretches_the_interval():
    estimate, ends = with_extractor_error(
        share_at("pytorch", 0.24), Interval(0.2, 0.3), SURE, "linear"
    )
    assert estimate == pytest.approx(0.3, rel=1e-4)
    assert ends == pytest.approx((0.25, 0.375), rel=1e-3)
    assert with_extractor_error(
        share_at("pytorch", 0.24), Interval(0.2, 0.3), SURE, "linear", slope=1.0
    )[1] == pytest.approx((0.26, 0.36), rel=1e-3)


def test_what_is_not_known_of_the_reader_widens_the_interval():
    unsure = {"pytorch": Posterior((16.5, 4.5), (0.5, 16.5), 0.24)}
    estimate, ends = with_extractor_error(
        share_at("pytorch", 0.24), Interval(0.2, 0.3), unsure, "linear"
    )
    assert ends.low < 0.25
    assert ends.high - estimate > estimate - ends.low  # a sensitivity may be far lower than seen


def test_ratios_keep_open_ends_and_their_scale():
    errors = SURE | {"tensorflow": Posterior((1e9, 1.0), (1.0, 1e9), 0.12)}

    def ratio(rates):
        return share_at("pytorch", 0.24)(rates) / share_at("tensorflow", 0.12)(rates)

    estimate, ends = with_extractor_error(ratio, Interval(1.0, 4.0), errors, "log")
    assert estimate == pytest.approx(2.5, rel=1e-3)
    assert ends == pytest.approx((1.25, 5.0), rel=1e-2)
    opened = with_extractor_error(ratio, Interval(1.0, math.inf), errors, "log")[1]
    assert opened.high == math.inf
    assert with_extractor_error(ratio, Interval(0.0, 4.0), errors, "log")[1].low == 0


def test_rates_that_play_no_part_leave_the_interval():
    other = {"jax": Posterior((1.0, 1.0), (0.5, 0.5), 0.3)}
    found = with_extractor_error(lambda _: 0.4, Interval(0.3, 0.6), other, "linear")
    assert found == (0.4, pytest.approx((0.3, 0.6)))


def test_without_an_interval_there_is_none():
    _, ends = with_extractor_error(share_at("pytorch", 0.24), NO_INTERVAL, SURE, "linear")
    assert all(math.isnan(end) for end in ends)
    estimate, ends = with_extractor_error(lambda _: math.inf, Interval(2, math.inf), SURE, "log")
    assert estimate == math.inf
    assert math.isnan(ends.low)


def test_the_measured_counts_can_be_read():
    counts = read_error_counts(files("warehouse.claims") / "extractor_error.csv")
    fresh = posteriors(counts, {"pytorch": 0.3, "tensorflow": 0.2, "jax": 0.05})
    assert all(posterior.rates() < Rates(1.0, 1.0) for posterior in fresh.values())
    assert all(posterior.rates().sensitivity > 0.9 for posterior in fresh.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("framework,sample\n" + KEPT, "line 1"),
        (HEADER + "theano,kept,1,0,1,0\n", "line 2: unknown"),
        (HEADER + "jax,new,1,0,1,0\n", "line 2: unknown"),
        (HEADER + "jax,kept,1,0,1,0,7\n", "line 2"),
        (HEADER + KEPT + "jax,kept,1,0,1,0\n", "line 5: jax in kept comes twice"),
        (HEADER + "jax,kept,1,-1,1,0\n", "line 2: counts"),
        (HEADER + "jax,kept,1,0,1.5,0\n", "line 2: counts"),
        (HEADER + "jax,kept,1,0\n", "line 2: counts"),
        (HEADER + "jax,gold,1,0,1,0\n", "no row of the sample kept for pytorch"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, text: str, message: str):
    path = tmp_path / "errors.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ErrorFileError, match=message):
        read_error_counts(path)
