"""Agreement of texts with the employers' own pay fields, on made-up adverts."""

from __future__ import annotations

from typing import Any

import pytest

from warehouse.normalise.posting import Advert, read_facts
from warehouse.score.agreement import Agreement, agreement


def field(low: float | None, high: float | None, **more: Any) -> dict[str, Any]:
    return {"min": low, "max": high, "currency": "USD", "interval": "1 YEAR", **more}


def compared(body: str, *components: dict[str, Any]) -> Agreement:
    advert = Advert(body=body, title="Glass Blower", pay_components=components)
    return agreement([("a", body, read_facts(advert).pay_bands)])


@pytest.mark.parametrize(
    ("body", "components"),
    [
        ("Salary: $80,000 - $95,000 a year.", [field(80000, 95000)]),
        ("Salary: $80.5k - $95k.", [field(80500, 95000)]),
        ("We pay $61 an hour.", [field(61, 61, interval="1 HOUR")]),
        # a field with one figure does not say which end it is
        ("Salary: from $80,000.", [field(80000, 80000)]),
        ("Salary: from $80,000.", [field(80000, None)]),
        # one zone of many
        ("Salary in Ohio: $80k - $90k.", [field(95000, 105000), field(80000, 90000)]),
        # levels here, one range there
        ("Pay: Mid $80k - $90k; Senior $90k - $105k.", [field(80000, 105000)]),
        ("Salary: $80k - $105k.", [field(80000, 90000), field(90000, 105000)]),
        # what fields call a salary
        ("On-target earnings: $120,000 - $140,000.", [field(120000, 140000)]),
    ],
)
def test_the_same_band(body: str, components: list[dict[str, Any]]) -> None:
    counts = compared(body, *components)
    assert (counts.structured, counts.agree) == (1, 1)
    assert counts.share() == counts.share_of_all() == 1


@pytest.mark.parametrize(
    ("body", "component", "outcome"),
    [
        ("Salary: $80k - $95k.", field(80125, 95250), "rounded"),
        ("Salary: $80k - $95k.", field(85000, 95000), "other"),
        ("Salary: €80k - €95k.", field(80000, 95000), "misread"),
        ("Rate: $40 - $50 an hour.", field(83200, 104000), "other"),
        ("Salary: $90k (our customers' budgets: 80k, 95k).", field(80000, 95000), "misread"),
        ("Budgets are between 80,000 and 95,000.", field(80000, 95000), "missed"),
    ],
)
def test_another_band(body: str, component: dict[str, Any], outcome: str) -> None:
    counts = compared(body, component)
    assert counts.ids == {key: ("a",) if key == outcome else () for key in counts.ids}
    assert counts.agree == 0


@pytest.mark.parametrize(
    ("body", "component"),
    [
        ("No word of pay.", field(80000, 95000)),
        ("There are 300 of us.", field(300, 300, interval="1 DAY")),
    ],
)
def test_a_text_without_pay_does_not_count(body: str, component: dict[str, Any]) -> None:
    counts = compared(body, component)
    assert counts.structured == 1
    assert counts.share() is counts.share_of_all() is None


def test_an_advert_without_fields_does_not_count() -> None:
    assert compared("Salary: $80k - $95k.").structured == 0


def test_what_the_employer_contradicts_lowers_only_the_share_of_all() -> None:
    adverts = [
        ("same", Advert(body="Salary: $80k - $95k.", pay_components=[field(80000, 95000)])),
        ("stale", Advert(body="Salary: $70k - $85k.", pay_components=[field(80000, 95000)])),
    ]
    counts = agreement(
        (name, advert.body, read_facts(advert).pay_bands) for name, advert in adverts
    )
    assert (counts.share(), counts.share_of_all()) == (1, 0.5)
    assert counts.ids["other"] == ("stale",)
