"""The parts of the suite by name.

Belongs here: names and order. Does not belong here: what a part measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from warehouse.bench import normalisers, stages, verdicts
from warehouse.bench.daily import daily
from warehouse.bench.material import Material
from warehouse.bench.measure import Row

Part = Callable[[Material], Iterator[Row]]


def _facts(material: Material) -> Iterator[Row]:
    yield from normalisers.facts(material)
    yield from stages.stream(material)
    yield from stages.normalise(material)


PARTS: dict[str, Part] = {
    "text": normalisers.text,
    "mentions": normalisers.mentions,
    "pay": normalisers.pay,
    "role": normalisers.role,
    "facts": _facts,
    "match": stages.match,
    "load": stages.load,
    "claims": verdicts.claims,
    "daily": daily,
}
