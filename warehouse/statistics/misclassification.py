"""What the reader's own mistakes do to a count: corrected estimates, with the error carried along.

Belongs here: the Rogan-Gladen correction, the measured counts of right and wrong readings, and
intervals that know both uncertainties. Does not belong here: measuring the counts
(`warehouse.score.extractor_error`), or which estimates are corrected (`warehouse.claims`).

**The correction.** Of adverts that name a framework the reader finds `sensitivity`; of those that
don't, it clears `specificity`. Then E[y] = se t + (1 - sp)(1 - t) for an advert's truth t and
reading y, so that y* = (y - (1 - sp)) / (se + sp - 1) has E[y*] = t (Rogan and Gladen 1978,
"Estimating prevalence from the results of a screening test"). It is linear, hence totals of y* are
right on average, whatever is added up. If the reader's mistakes about two frameworks are
independent given the truth, E[y*_1 y*_2] = E[y*_1] E[y*_2] = t_1 t_2: products of corrected
indicators correct the joint cells (both, one alone, neither).

**Where specificity comes from.** The labelled adverts were drawn at random from those that may name
a framework; ordinary adverts, which the reader clears nearly always, are not among them. Their
share of false positives among adverts without the framework therefore says nothing of a whole
population: it would turn 1 % wrong among hard cases into 1 % of all adverts, more than name some
frameworks at all. What the draw leaves alone is the share of false among positive readings, since
a reading can only be positive where there is something to read. So the false discovery rate is what
is measured (false_positive of true_positive + false_positive), and the specificity of a population
follows from it and from the share q read as naming the framework there:
1 - sp = q fdr / (1 - t), with t = q (1 - fdr) / se the share that truly names it. It stands for the
adverts of that population without the framework, if positive readings are wrong there as often as
in the captures. Likewise the sensitivity is that among adverts that may name a framework: one that
names it in words that no draw looked for is not counted as missed.

**Which sample.** The fresh sample that nobody had looked at ("kept"), never the labelled postings
that rules were written on, whose errors are zero by construction. A framework of which it holds
fewer than 10 adverts takes the counts of all frameworks together: one reader reads them all.

**No error seen is not no error.** Rates have Jeffreys' posterior, Beta(right + 1/2, wrong + 1/2)
(Brown, Cai and DasGupta 2001): after 18 of 18 found, a sensitivity of 0.97 [0.87, 1.00].
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from warehouse.statistics.bootstrap import Floats
from warehouse.statistics.intervals import CONFIDENCE, NO_INTERVAL, Interval

FRAMEWORKS = ("pytorch", "tensorflow", "jax")
SAMPLES = ("gold", "tuned", "kept")
MEASURE = "kept"
MIN_CASES = 10  # adverts naming a framework, below which all frameworks are taken together
_COUNTS = ("true_positive", "false_negative", "true_negative", "false_positive")
COLUMNS = ("framework", "sample", *_COUNTS)
_LEAST_YOUDEN = 0.05  # below it a reading says next to nothing of the truth


class ErrorCounts(NamedTuple):
    """Right and wrong readings of one framework's family in one labelled sample."""

    framework: str
    sample: str  # "gold", "tuned" or "kept"
    true_positive: int
    false_negative: int
    true_negative: int
    false_positive: int


class Rates(NamedTuple):
    """How well a framework is read in a population."""

    sensitivity: float  # share of the adverts naming it that are read so
    specificity: float  # share of the others that are read as not naming it


PERFECT = Rates(1.0, 1.0)


class Posterior(NamedTuple):
    """What is known of one framework's rates, and the population they are to be used in."""

    found: tuple[float, float]  # Beta of the sensitivity
    false: tuple[float, float]  # Beta of the share of false among positive readings
    read_share: float  # share of the population read as naming the framework

    def rates(self, found: float | None = None, false: float | None = None) -> Rates:
        """Give the rates at some sensitivity and false discovery rate.

        The sensitivity is raised to what leaves no more adverts naming the framework than there
        are, and false positives are taken to be at most half as frequent among adverts without it
        as true ones among the others: beyond that, rates and the population contradict each other.

        Args:
            found: Sensitivity; the posterior mean where left out.
            false: Share of false among positive readings; likewise.
        """
        found = _mean(self.found) if found is None else found
        false = _mean(self.false) if false is None else false
        found = max(found, self.read_share * (1 - false))  # no more can name it than all
        others = 1 - self.read_share * (1 - false) / found if found > 0 else 0.0
        wrong = self.read_share * false
        most = found / 2
        return Rates(found, 1 - (wrong / others if wrong < most * others else most))


class ErrorFileError(ValueError):
    """A file of error counts that is not as it must be; the message names the line."""


def read_error_counts(path: Path | Traversable) -> tuple[ErrorCounts, ...]:
    """Read the measured counts.

    Args:
        path: A CSV file with the columns of `COLUMNS`, one row for each framework and sample.

    Returns:
        The rows.

    Raises:
        ErrorFileError: A column is missing, a framework or sample is unknown or comes twice, a
            count is no whole number from 0, or a framework lacks its row of the fresh sample.
    """
    found: dict[tuple[str, str], ErrorCounts] = {}
    with path.open("r", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ErrorFileError(f"line 1: the columns must be {', '.join(COLUMNS)}")
        for number, row in enumerate(rows, 2):
            framework, sample = row["framework"], row["sample"]
            counts = [row[name] or "" for name in _COUNTS]
            if None in row or framework not in FRAMEWORKS or sample not in SAMPLES:
                raise ErrorFileError(f"line {number}: unknown framework or sample, or a cell more")
            if (framework, sample) in found:
                raise ErrorFileError(f"line {number}: {framework} in {sample} comes twice")
            if not all(count.isascii() and count.isdigit() for count in counts):
                raise ErrorFileError(f"line {number}: counts must be whole numbers from 0")
            found[framework, sample] = ErrorCounts(framework, sample, *map(int, counts))
    lacking = [name for name in FRAMEWORKS if (name, MEASURE) not in found]
    if lacking:
        raise ErrorFileError(f"no row of the sample {MEASURE} for {', '.join(lacking)}")
    return tuple(found.values())


def posteriors(
    counts: Iterable[ErrorCounts], read_shares: Mapping[str, float]
) -> dict[str, Posterior]:
    """Make the posteriors of a population from the fresh sample's counts.

    Args:
        counts: As `read_error_counts` gives them.
        read_shares: Share of the population's units read as naming each framework.

    Returns:
        By framework, for those of `read_shares`.

    Raises:
        KeyError: If the fresh sample has no row of one of them.
    """
    fresh = {row.framework: row for row in counts if row.sample == MEASURE}
    together = np.array([row[2:] for row in fresh.values()]).sum(axis=0)
    result = {}
    for framework, read_share in read_shares.items():
        own = np.array(fresh[framework][2:])
        tp, fn, _, fp = (own if own[0] + own[1] >= MIN_CASES else together).tolist()
        result[framework] = Posterior((tp + 0.5, fn + 0.5), (fp + 0.5, tp + 0.5), read_share)
    return result


def corrected(y: npt.ArrayLike, sensitivity: float, specificity: float) -> Floats:
    """Correct indicators so that they are right on average.

    Args:
        y: Readings, 0 or 1; or shares of them.
        sensitivity: Share of the units naming it that are read so.
        specificity: Share of the others that are read as not naming it.

    Returns:
        (y - (1 - sp)) / (se + sp - 1): one value below 0 or 0, another of 1 or above. Products of
        corrected indicators of two frameworks correct their joint cells if the reader's mistakes
        about them are independent (see this module).

    Raises:
        ValueError: If the readings say next to nothing (se + sp - 1 under 0.05).
    """
    youden = sensitivity + specificity - 1
    if youden < _LEAST_YOUDEN:
        raise ValueError(f"readings that say nothing can't be corrected (se + sp - 1 = {youden})")
    return (np.asarray(y, np.float64) - (1 - specificity)) / youden


def with_extractor_error(
    estimate_at: Callable[[Mapping[str, Rates]], float],
    raw_interval: Interval,
    errors: Mapping[str, Posterior],
    scale: Literal["linear", "log"],
    *,
    slope: float | None = None,
) -> tuple[float, Interval]:
    """Correct an estimate and give it an interval that carries both uncertainties.

    The half widths of the sampling interval, and for each rate the shift of the estimate at the
    ends of the rate's posterior interval, are added in squares, below and above apart (the method
    of variance estimates recovery; Zou and Donner 2008, "Construction of confidence limits about
    effect measures"). Unlike plain standard errors this keeps the skew of rates near 1. It takes
    two evaluations and four more for each framework.

    Args:
        estimate_at: The estimate from data whose indicators are corrected at the rates given, by
            framework.
        raw_interval: The sampling interval of the uncorrected estimate.
        errors: Posteriors by framework.
        scale: Scale of the interval: "log" for ratios, "linear" for the rest.
        slope: How many times longer the corrected estimate's sampling errors are on the scale than
            the raw one's. Left out, it is 1 for "log", where the correction is a factor, and for
            "linear" the largest 1 / (se + sp - 1) of the frameworks that the estimate depends on.

    Returns:
        The estimate at the posterior means, and its interval: open where the raw one is, none where
        there is no raw one or the corrected estimate has no place on the scale.
    """
    means = {name: posterior.rates() for name, posterior in errors.items()}
    estimate, raw = estimate_at(means), estimate_at(dict.fromkeys(errors, PERFECT))
    centre, raw_centre = _on(scale, estimate), _on(scale, raw)
    low, high = _on(scale, raw_interval.low), _on(scale, raw_interval.high)
    if not (math.isfinite(centre) and math.isfinite(raw_centre)) or math.isnan(low + high):
        return estimate, NO_INTERVAL
    below, above, slopes = 0.0, 0.0, [1.0]
    for name, posterior in errors.items():
        found, false = _ends(posterior.found), _ends(posterior.false)
        tried = [posterior.rates(found=end) for end in found]
        tried += [posterior.rates(false=end) for end in false]
        ends = [_on(scale, estimate_at(means | {name: at})) - centre for at in tried]
        for of_rate in (ends[:2], ends[2:]):
            below += min(0.0, *of_rate) ** 2
            above += max(0.0, *of_rate) ** 2
        if any(ends):
            rates = means[name]
            slopes.append(1 / max(_LEAST_YOUDEN, rates.sensitivity + rates.specificity - 1))
    longer = slope if slope is not None else (1.0 if scale == "log" else max(slopes))
    below += (longer * (raw_centre - low)) ** 2
    above += (longer * (high - raw_centre)) ** 2
    return estimate, Interval(
        _off(scale, centre - math.sqrt(below)), _off(scale, centre + math.sqrt(above))
    )


def _mean(beta: tuple[float, float]) -> float:
    return beta[0] / sum(beta)


def _ends(beta: tuple[float, float]) -> tuple[float, float]:
    tail = (1 - CONFIDENCE) / 2
    return float(stats.beta.ppf(tail, *beta)), float(stats.beta.isf(tail, *beta))


def _on(scale: Literal["linear", "log"], value: float) -> float:
    if scale == "linear":
        return float(value)
    return math.log(value) if value > 0 else (-math.inf if value == 0 else math.nan)


def _off(scale: Literal["linear", "log"], value: float) -> float:
    return value if scale == "linear" else float(np.exp(value))
