"""When two adverts of one employer are for one role.

Belongs here: the rules and their thresholds. Does not belong here: what is compared (`signature`),
or which adverts are compared with which (`grouping`).

Thresholds were set on half of the labelled pairs and tried on the other half. Word overlap alone
tells little: the same text with another country, level or function in the title is another role,
and a thread's comment that was reworded by half is still the same.
"""

from __future__ import annotations

from typing import Literal

from warehouse.matching.signature import Signature, telling_words

Basis = Literal["apply address", "requisition", "text"]

MIN_TEXT_CHARS = 400
"""Shorter texts are one role only where they are nearly the same: they have too few words."""
SAME_TEXT = 0.75
"""Overlap from which two adverts of a board with one title in one country are one role."""
SURE_TEXT = 0.88
"""Overlap from which two comments are one role, whatever titles were read out of them."""
LIKE_TEXT = 0.68
"""Overlap from which two comments whose titles share something are one role."""
LIKE_TITLES = 0.3
TWICE_IN_A_THREAD = 0.8
"""Overlap that two comments of one thread need to be one role."""
REWORDED_TEXT = 0.45
"""Overlap from which two comments are one role where most of their titles' words are the same."""
REWORDED_TITLES = 0.6
NEW_WORDS_TEXT = 0.25
"""Overlap from which two comments with just the same titles are one role, if they are close."""
NEW_WORDS_DAYS = 70


def overlap(a: Signature, b: Signature) -> float:
    """The overlap of the words of two texts (Jaccard), 0 to 1.

    Args:
        a: An advert.
        b: Another.
    """
    together = len(a.words & b.words)
    apart = len(a.words) + len(b.words) - together
    return together / apart if apart else 1.0


def basis_of_same(a: Signature, b: Signature) -> Basis | None:
    """Say what makes two adverts of one employer adverts for one role.

    Args:
        a: An advert.
        b: Another.

    Returns:
        The strongest evidence for it, None where they are different roles.
    """
    if a.is_thread != b.is_thread:
        return None  # a comment mostly stands for several openings of the employer's board
    if a.is_thread:
        return "text" if _is_same_comment(a, b) else None
    if a.countries != b.countries:
        is_vague = a.source != b.source and (
            not a.countries or not b.countries or a.countries & b.countries
        )
        if not is_vague:  # sources name the countries of a remote role more or less fully
            return None
    if a.apply_url and a.apply_url == b.apply_url:
        return "apply address"
    if a.requisition and a.requisition == b.requisition:
        return "requisition"
    if a.title != b.title:
        return None
    return "text" if overlap(a, b) >= _least(a, b, SAME_TEXT) else None


def _least(a: Signature, b: Signature, overlap_needed: float) -> float:
    is_short = min(a.text_chars, b.text_chars) < MIN_TEXT_CHARS
    return max(overlap_needed, SURE_TEXT) if is_short else overlap_needed


def _is_same_comment(a: Signature, b: Signature) -> bool:
    if a.countries and b.countries and not a.countries & b.countries:
        return False
    shared = overlap(a, b)
    if shared < NEW_WORDS_TEXT:
        return False
    if shared >= SURE_TEXT:
        return True
    if a.board == b.board and shared < TWICE_IN_A_THREAD:
        return False  # who posts twice in one thread has two roles, or posted the same twice
    alike = _title_overlap(a.title, b.title)
    if shared >= LIKE_TEXT:
        return alike is None or alike >= LIKE_TITLES
    if shared >= REWORDED_TEXT:
        return alike is not None and alike >= REWORDED_TITLES
    is_close = abs((a.on - b.on).days) <= NEW_WORDS_DAYS
    return bool(a.title) and a.title == b.title and is_close


def _title_overlap(a: frozenset[str], b: frozenset[str]) -> float | None:
    """How much of the shorter list of titles the longer one has; None where one names none."""
    if a == b:
        return 1.0
    if not a or not b:
        return None
    telling_a, telling_b = telling_words(a), telling_words(b)
    if not telling_a or not telling_b:
        return 0.5  # "Senior Engineer" may be any of them
    return len(telling_a & telling_b) / min(len(telling_a), len(telling_b))
