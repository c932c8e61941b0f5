"""Series and claims on a made-up market, each time in a fresh process, at two sizes.

Belongs here: the statistics, with their peak memory. Does not belong here: the market (`market`).
"""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.bench.market import AS_OF, make_market
from warehouse.bench.material import Material
from warehouse.bench.measure import Row, Timing, compare, in_fresh_process, stopwatch
from warehouse.claims.judge import judge
from warehouse.normalise.posting import method_version
from warehouse.statistics.series import (
    framework_ratio,
    framework_share,
    framework_share_by_month,
    paper_share,
)


def claims(material: Material) -> Iterator[Row]:
    """Series and claims on a made-up market, against the same market a quarter the size.

    The market grows with the adverts that are asked for: one role in seven is advertised twice.
    """
    growth = material.growth
    roles = max(material.roles, material.adverts * 7 // 8)
    companies = material.companies * roles // material.roles
    small, large = [], []
    for _ in range(material.stage_repeats):
        small.append(in_fresh_process(_judge, roles // growth, companies // growth))
        large.append(in_fresh_process(_judge, roles, companies))
    for number, what in enumerate(("series", "claims")):
        yield compare(
            "claims",
            f"{what}, {large[0][number].items:,} roles",
            "roles/s",
            [timings[number] for timings in large],
            {f"1/{material.growth} of the roles": [timings[number] for timings in small]},
        )


def _judge(roles: int, companies: int) -> tuple[Timing, Timing]:
    with make_market(roles, companies) as con:
        with stopwatch() as series:
            framework_ratio(con, "month", AS_OF)
            framework_ratio(con, "quarter", AS_OF)
            framework_ratio(con, "year", AS_OF)
            framework_share_by_month(con, AS_OF)
            framework_share(con, "quarter", AS_OF)
            framework_share(con, "year", AS_OF)
            paper_share(con, "quarter", AS_OF)
            paper_share(con, "year", AS_OF)
        with stopwatch() as verdicts:
            judge(con, as_of=AS_OF, method_version=method_version(), is_sample=True)
    return series.timing(roles), verdicts.timing(roles)
