from typing import NamedTuple


class Rates(NamedTuple):
    sensitivity: float
    specificity: float


class Error(NamedTuple):
    x: int


def corrected(y, se, sp):
    return (y - (1 - sp)) / (se + sp - 1)


def read_errors():
    return {}


def with_extractor_error(estimate_at, raw, errors, scale):
    return estimate_at({}), raw
