"""A year of the sample market: what boards answer, what is landed, and the truth of it."""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest

from scrapers.landing import BoardObservation, Posting, read_line
from scrapers.market.texts import advert as sections_of
from scrapers.market.world import Advert
from scrapers.market.year import (
    BoardFault,
    BoardYear,
    Landing,
    Opening,
    RoleSpell,
    Year,
    YearSpec,
    _kept_apart,
    flow_of,
    simulate_year,
    truth_of,
)
from warehouse.matching.signature import title_words, words_of

FIRST = date(2025, 11, 1)
SMALL = replace(YearSpec.scaled(0.03), days=120)


def day(number: int) -> date:
    """Days are counted from 1."""
    return FIRST + timedelta(days=number - 1)


@cache
def small() -> Year:
    return simulate_year(SMALL)


@cache
def some_advert(number: int, role: int) -> Advert:
    """Adverts with ids of their own, for roles of one employer."""
    openings = {o.advert.role.key: o.advert for o in small().boards[0].openings}
    return replace(list(openings.values())[role], source_id=f"id-{number}", edited_at=None)


def board(
    adverts: dict[tuple[int, int], list[tuple[int, int]]],
    faults: dict[int, BoardFault] | None = None,
    *,
    name: str = "acme",
    days: tuple[int, int] = (1, 10),
    dies: int | None = None,
) -> BoardYear:
    """A board whose adverts (number, role) are open from the first to before the second day."""
    openings = tuple(
        Opening(some_advert(*key), tuple((day(start), day(end)) for start, end in spans))
        for key, spans in adverts.items()
    )
    return BoardYear(
        source="ashby",
        board=name,
        employer=small().boards[0].employer,
        openings=openings,
        days=tuple(map(day, range(days[0], days[1] + 1))),
        dies_on=day(dies) if dies else None,
        faults={day(number): fault for number, fault in (faults or {}).items()},
    )


def year_of(*boards: BoardYear) -> Year:
    return Year(SMALL, boards)


def said(*boards: BoardYear, as_of: int = 10) -> list[tuple[str, str, int, int | None]]:
    """The spells of roles: how they came and ended, on which days."""
    spells = truth_of(year_of(*boards), day(as_of)).role_spells
    return [
        (s.entry, s.exit, number(s.opened_on), number(s.ended_on) if s.ended_on else None)
        for s in spells
    ]


def number(on: date) -> int:
    return (on - FIRST).days + 1


STAYS = {(90, 5): [(1, 400)], (91, 6): [(1, 400)], (92, 7): [(1, 400)]}
"""Adverts that keep a board from being nearly empty."""


class TestTruth:
    @pytest.mark.parametrize(
        ("adverts", "faults", "expected"),
        [
            pytest.param({(1, 1): [(3, 6)]}, {}, ("new", "closed", 3, 6), id="seen whole"),
            pytest.param({(1, 1): [(1, 6)]}, {}, ("found", "closed", 1, 6), id="there before"),
            pytest.param({(1, 1): [(3, 10)]}, {}, ("new", "open", 3, None), id="lacked once"),
            pytest.param({(1, 1): [(3, 9)]}, {}, ("new", "closed", 3, 9), id="lacked twice"),
            pytest.param(
                {(1, 1): [(3, 6)]}, {6: "failed", 8: "failed"}, ("new", "closed", 3, 7), id="failed"
            ),
            pytest.param(
                {(1, 1): [(3, 6)]}, {3: "failed"}, ("new", "closed", 4, 6), id="came unseen"
            ),
            pytest.param(
                {(1, 1): [(3, 9)]}, {5: "empty"}, ("new", "closed", 3, 9), id="empty for a day"
            ),
            pytest.param(
                {(1, 1): [(3, 5), (6, 9)]}, {}, ("new", "closed", 3, 9), id="away for a day"
            ),
            pytest.param(
                {(1, 1): [(3, 5)]}, {5: "truncated"}, ("new", "closed", 3, 6), id="cut short"
            ),
            pytest.param({(1, 1): [(4, 5)]}, {4: "failed"}, None, id="never seen"),
            pytest.param({(1, 1): [(1, 8)]}, {1: "failed"}, ("found", "closed", 2, 8), id="late"),
        ],
    )
    def test_a_spell(
        self,
        adverts: dict[tuple[int, int], list[tuple[int, int]]],
        faults: dict[int, BoardFault],
        expected: tuple[str, str, int, int | None] | None,
    ) -> None:
        found = said(board({**STAYS, **adverts}, faults))
        assert found[len(STAYS) :] == ([expected] if expected else [])

    def test_the_same_id_again_is_reopened_and_another_one_reposted(self) -> None:
        again = {(1, 1): [(2, 4), (7, 30)], (2, 2): [(2, 4)], (3, 2): [(7, 30)]}
        found = said(board({**STAYS, **again}))
        assert found[len(STAYS) :] == [
            ("new", "closed", 2, 4),
            ("reopened", "open", 7, None),
            ("new", "closed", 2, 4),
            ("reposted", "open", 7, None),
        ]

    def test_a_role_is_open_while_one_of_its_adverts_is(self) -> None:
        one = board({**STAYS, (1, 1): [(2, 5)], (2, 1): [(3, 7)]})
        assert said(one)[len(STAYS) :] == [("new", "closed", 2, 7)]
        # The second comes on the very day on which the first is gone.
        one = board({**STAYS, (1, 1): [(2, 5)], (2, 1): [(5, 7)]})
        assert said(one)[len(STAYS) :] == [("new", "closed", 2, 7)]
        two = [board({**STAYS, (1, 1): [(2, 5)]}), board({(2, 1): [(4, 8)]}, name="other")]
        assert ("new", "closed", 2, 8) in said(*two)

    def test_what_a_dead_board_had_is_lost_and_that_is_taken_back_where_it_answers(self) -> None:
        one = board({(1, 1): [(1, 300)]}, days=(1, 90), dies=11)
        assert said(one, as_of=55) == [("found", "open", 1, None)]
        assert said(one, as_of=56) == [("found", "lost", 1, 56)]
        silent = board({(1, 1): [(1, 300)]}, dict.fromkeys(range(11, 61), "failed"), days=(1, 90))
        assert said(silent, as_of=60) == [("found", "lost", 1, 56)]
        assert said(silent, as_of=61) == [("found", "open", 1, None)]

    def test_a_closure_is_known_two_listings_later(self) -> None:
        one = board({**STAYS, (1, 1): [(1, 5)]})
        assert ("found", "open", 1, None) in said(one, as_of=5)[len(STAYS) :]
        assert ("found", "closed", 1, 5) in said(one, as_of=6)[len(STAYS) :]

    def test_a_board_that_joins_has_found_roles(self) -> None:
        late = board({(1, 1): [(2, 30)], (2, 2): [(6, 30)]}, name="late", days=(4, 10))
        assert said(late) == [("found", "open", 4, None), ("new", "open", 6, None)]

    @pytest.mark.parametrize(
        ("shown", "apart"),
        [
            ([10, 4, 10], [False, True, False]),
            ([10, 5, 10], [False, False, False]),
            ([10, 4], [False, True]),
            ([10, 4, 4], [False, False, False]),
            ([10, 0, 9], [False, True, False]),
            ([1, 0, 0], [False, False, False]),
            ([1, 0, 1], [False, True, False]),
            ([0, 5], [False, False]),
            ([], []),
        ],
    )
    def test_listings_that_are_kept_apart(self, shown: list[int], apart: list[bool]) -> None:
        assert _kept_apart(shown) == apart

    def test_versions_begin_on_the_day_that_shows_them(self) -> None:
        edited = some_advert(1, 1)
        edited = replace(edited, edited_at=edited.posted_at.replace(
            year=day(4).year, month=day(4).month, day=day(4).day))  # fmt: skip
        one = replace(board(STAYS, {4: "failed"}), openings=(Opening(edited, ((day(2), day(9)),)),))
        [found] = truth_of(year_of(one), day(10)).adverts.values()
        assert found.versions == ((0, day(2)), (1, day(5)))
        assert (found.first_seen_on, found.last_seen_on) == (day(2), day(8))

    def test_flow_counts_what_opened_and_ended(self) -> None:
        spells = [
            RoleSpell("a", 1, "ashby", "acme", day(1), day(3), "found", "closed"),
            RoleSpell("a", 2, "ashby", "acme", day(4), None, "reopened", "open"),
            RoleSpell("b", 1, "ashby", "acme", day(3), day(4), "new", "lost"),
        ]
        flows = flow_of(spells, [day(1), day(2), day(4)], day(4))
        assert [flow.stock for flow in flows] == [1, 1, 1, 1]
        assert flows[2].n_new == flows[2].closures == 1
        assert flows[3].lost == flows[3].inflow == 1
        assert [flow.is_partial for flow in flows] == [False, True, True, True]


class TestYear:
    def test_the_same_spec_gives_the_same_lines(self) -> None:
        tiny = replace(SMALL, days=20)
        first, second = Landing(simulate_year(tiny)), Landing(simulate_year(tiny))
        for on in tiny.calendar():
            assert list(first.lines(on)) == list(second.lines(on))

    def test_days_can_be_asked_for_in_any_order(self) -> None:
        landing, again = Landing(small()), Landing(small())
        days = SMALL.calendar()[40:60]
        forth = {on: list(landing.lines(on)) for on in days}
        assert {on: list(again.lines(on)) for on in reversed(days)} == forth

    def test_lines_are_landing_lines_and_unchanged_boards_have_none_of_adverts(self) -> None:
        landing = Landing(small())
        states: Counter[str] = Counter()
        for on in SMALL.calendar():
            rows = 0
            for raw in landing.lines(on):
                line = read_line(raw)
                assert line.observed_at.date() == on
                if isinstance(line, Posting):
                    rows += 1
                    continue
                assert isinstance(line, BoardObservation)
                assert line.rows_seen == rows
                assert rows == 0 or line.state in ("ok", "truncated")
                states[line.state] += 1
                rows = 0
        assert states["unchanged"] > states["ok"] > states["failed"] > 0

    def test_unchanged_means_the_digest_of_the_listing_before(self) -> None:
        for one in small().boards:
            listings = [a for a in one.answers if a.state in ("ok", "unchanged")]
            for before, answer in pairwise(listings):
                is_same = answer.shown == before.shown
                assert (answer.state == "unchanged") == is_same == (answer.digest == before.digest)

    def test_everything_happens_in_a_year(self) -> None:
        made = simulate_year(YearSpec.scaled(0.25))
        truth = truth_of(made, made.spec.calendar()[-1])
        kinds = {(s.entry, s.exit) for s in truth.role_spells}
        for entry in ("found", "new", "reopened", "reposted"):
            assert {(entry, "open"), (entry, "closed")} <= kinds
        assert {("found", "lost"), ("new", "lost")} <= kinds
        assert {len(advert.versions) for advert in truth.adverts.values()} == {1, 2}
        assert any(one.days[0] > made.spec.first_day for one in made.boards)
        boards = Counter(
            key for one in made.boards for key in {o.advert.role.key for o in one.openings}
        )
        assert max(boards.values()) == 2

    def test_a_full_year_has_twenty_thousand_roles(self) -> None:
        assert sum(YearSpec().boards.values()) > 200
        roles = len(simulate_year(YearSpec.scaled(0.25)).roles())
        assert 4 * roles > 20_000

    def test_roles_of_an_employer_can_be_told_apart(self) -> None:
        made = small()
        titles: dict[tuple[str, frozenset[str]], str] = {}
        for role in made.roles().values():
            key = (role.employer.key, title_words([role.title], is_thread=False))
            assert titles.setdefault(key, role.key) == role.key
        role = next(iter(made.roles().values()))
        texts = [
            " ".join(
                word
                for section in sections_of(role, SMALL.seed, version)
                for word in (*section.paragraphs, *section.bullets)
            )
            for version in (0, 1)
        ]
        first, second = map(words_of, texts)
        assert min(map(len, texts)) > 400
        assert len(first & second) / len(first | second) > 0.8

    def test_a_scale_must_be_above_zero(self) -> None:
        with pytest.raises(ValueError, match="above zero"):
            YearSpec.scaled(0)

    def test_a_spec_can_be_sent_to_another_process(self) -> None:
        assert pickle.loads(pickle.dumps(SMALL)) == SMALL
