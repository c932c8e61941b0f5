"""What a filter asks, in words that a reader of a finding can follow."""

from __future__ import annotations

from typing import Any

import pytest

from warehouse.claims.filters import RoleFilter


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"names_all": ["pytorch"], "names_none": ["tensorflow"]},
            "naming PyTorch and not naming TensorFlow",
        ),
        ({"family": ["ml_platform"]}, "in ML platform work"),
        ({"names_any": ["llm", "rag"], "is_us": False}, "outside the US and naming llm or rag"),
        (
            {"level": ["senior", "staff"], "employer": "large"},
            "of level senior or staff and at large employers",
        ),
        (
            {
                "names_any": ["computer-vision"],
                "any_of": [{"family": ["research"]}, {"names_any": ["research"]}],
            },
            "naming computer-vision and (in research or naming research)",
        ),
        ({"any_of": [{"country": ["DE"]}, {"workplace": ["remote"]}]}, "in DE or remote"),
        ({"is_ml_role": False}, "that are not for machine learning"),
    ],
)
def test_a_filter_says_what_it_asks(asked: dict[str, Any], said: str) -> None:
    assert RoleFilter.model_validate(asked).words == said
