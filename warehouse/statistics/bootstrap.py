"""Resampling whole companies: the weights of each company in each draw, and what they add up to.

Belongs here: drawing weights, and weighted sums under them. Does not belong here:
turning draws into intervals (`intervals`), or what is summed.

Roles of one employer are not independent, so the company is what is drawn. Each company gets an
independent Poisson(1) count per draw (Hanley and MacGibbon 2006; Chamandy et al. 2012, "Estimating
uncertainty for massive data streams"). Against the multinomial bootstrap this has one merit that
matters here: a company's counts don't depend on which other companies are in the population, so
one table of weights serves every claim, variant and series, and a variant differs from its claim by
the data alone and not by the luck of the draw. What multinomial weights would add, a fixed total,
cancels in everything measured here: ratios, shares, slopes, quantiles and dates.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.uint8]

DRAWS = 2000
SEED = 20260101
_CHUNK_CELLS = 4_000_000  # weights widened to float64 at a time: 32 MB


def _poisson_table() -> Counts:
    """Poisson(1) counts at the 65,536 midpoints of the unit interval; their mean is 1.0000."""
    midpoints = (np.arange(2**16) + 0.5) / 2**16
    cdf = stats.poisson(1).cdf(np.arange(12))
    return np.searchsorted(cdf, midpoints, side="right").astype(np.uint8)


@lru_cache(maxsize=2)
def poisson_weights(n_clusters: int, draws: int = DRAWS, seed: int = SEED) -> Counts:
    """Draw how often each cluster counts in each draw.

    The bits of PCG64 are looked up in a table rather than handed to `Generator.poisson`: NumPy
    keeps the bit stream stable between its versions but not the methods of `Generator`, and it is
    seven times faster.

    Args:
        n_clusters: Number of clusters, which the caller keeps sorted by id.
        draws: Number of draws; a multiple of 4, because each 64 bits give four counts.
        seed: Seed of the bit stream.

    Returns:
        Counts, one row per cluster and one column per draw (a byte each). The first rows don't
        depend on how many follow. The array is shared and can't be written to.

    Raises:
        ValueError: If `draws` is not a multiple of 4.
    """
    if draws % 4:
        raise ValueError(f"draws must be a multiple of 4, not {draws}")
    table, bits = _poisson_table(), np.random.PCG64(seed)
    counts = np.empty((n_clusters, draws), np.uint8)
    block = max(1, _CHUNK_CELLS // draws)
    for start in range(0, n_clusters, block):
        rows = counts[start : start + block]
        raw = bits.random_raw(rows.size // 4).astype("<u8", copy=False)
        rows[:] = table[raw.view("<u2")].reshape(rows.shape)
    counts.flags.writeable = False
    return counts


def totals(weights: Counts, sums: sparse.csr_array | Floats) -> Floats:
    """Add up the sums of each cluster under the weights of each draw.

    Sparse, because a company has roles in few of the cells of a table, and because the order of
    addition is then the same everywhere, so that results are too.

    Args:
        weights: Counts of `poisson_weights`, clusters by draws.
        sums: Sums of each cluster, clusters by columns, in the same order of clusters.

    Returns:
        Totals, draws by columns.
    """
    by_column = sparse.csr_array(sparse.csr_array(sums).T)
    used = np.unique(by_column.indices)
    by_column = by_column[:, used]
    n_draws = weights.shape[1]
    result = np.empty((n_draws, by_column.shape[0]))
    step = max(1, _CHUNK_CELLS // max(1, len(used)))
    for start in range(0, n_draws, step):
        part = weights[used, start : start + step].astype(np.float64)
        result[start : start + step] = (by_column @ part).T
    return result
