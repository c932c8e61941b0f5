"""What adverts say: a role in the employer's words, as sections that any platform can render.

Belongs here: composing sentences from the phrase tables, and writing amounts of money the ways
people write them. Does not belong here: markup and payloads (one module per platform).

Every technology that a text names comes from the role's `tools`, and every band that it states from
the role's `pay`: that is what makes the truth known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random
from typing import NamedTuple

from scrapers.market.phrases import fill, table
from scrapers.market.world import HOSTILE_COMPANY, Band, Employer, Pay, Post, Role

BOLD, END = "\ue000", "\ue001"
"""Stand for inline emphasis in composed text; each platform renders or drops them."""
NOBREAK = "\u00a0"
RIGHT_TO_LEFT = "\u200f"
EMOJI = ("🚀 ", "✨ ", "👋 ", "💡 ", "🔬 ")
EDIT_RAISE = 1.03
TRAP_RATE = 0.14
SORT_OF_WORK_RATE = 0.4


class Section(NamedTuple):
    """One part of an advert."""

    kind: str  # about | role | duties | must | nice | pay | benefits | values | process | eeo
    heading: str | None
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()


def plain(text: str) -> str:
    """The text without its inline emphasis."""
    return text.replace(BOLD, "").replace(END, "")


# -------------------------------------------------------------------------------- technologies


@cache
def _surfaces(leaf: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    weights: Mapping[str, int] = table("tools")["surfaces"][leaf]
    spellings = tuple(s.replace("{bold}", BOLD).replace("{end}", END) for s in weights)
    return spellings, tuple(weights.values())


def name_tools(leaves: Sequence[str], rng: Random, language: str = "en") -> str:
    """Write a list of technologies the way people do.

    Args:
        leaves: Leaf ids, at least one.
        rng: Decides spellings and joints.
        language: "en", "de" or "fr", of the words between them.

    Returns:
        For example "PyTorch, Tensorflow/Keras or JAX".
    """
    words = [rng.choices(*_surfaces(leaf))[0] for leaf in leaves]
    if len(words) == 1:
        return words[0]
    if "tensorflow" in leaves and "keras" in leaves and rng.random() < 0.35:
        keep = [
            w for leaf, w in zip(leaves, words, strict=True) if leaf not in ("tensorflow", "keras")
        ]
        glued = rng.choice(("tf.keras", "Tensorflow/Keras", "TensorFlow/Keras"))
        return _join([*keep, glued], rng, language)
    slashed = rng.random() < 0.15 and not any(BOLD in w or " " in w for w in words)
    if slashed:
        if set(leaves) >= {"pytorch", "tensorflow"} and rng.random() < 0.3:
            words[leaves.index("tensorflow")] = "TF"
        return "/".join(words)
    return _join(words, rng, language)


_JOINTS = {
    "en": (" and ", " or ", " or ", ", or ", ", and ", " and/or ", " & "),
    "de": (" und ", " oder ", " und/oder "),
    "fr": (" et ", " ou ", " et/ou "),
}


def _join(words: list[str], rng: Random, language: str) -> str:
    if len(words) == 1:
        return words[0]
    if len(words) > 2 and rng.random() < 0.25:
        return ", ".join(words)
    joint = rng.choice(_JOINTS[language])
    if len(words) == 2:
        joint = joint.replace(",", "")
    return f"{', '.join(words[:-1])}{joint}{words[-1]}"


def _tool_lines(
    leaves: Sequence[str],
    phrases: Sequence[str],
    slots: Mapping[str, str],
    rng: Random,
    language: str = "en",
) -> list[str]:
    """One or two sentences that together name all of `leaves`."""
    if not leaves:
        return []
    groups: list[list[str]] = [list(leaves)]
    if len(leaves) > 2 and rng.random() < 0.6:
        cut = rng.randrange(1, len(leaves))
        groups = [list(leaves[:cut]), list(leaves[cut:])]
    lines = []
    for group in groups:
        fitting = [p for p in phrases if len(group) > 1 or "one of" not in p]
        tools = name_tools(group, rng, language)
        lines.append(fill(rng.choice(fitting), {**slots, "tools": tools}, rng))
    return lines


# --------------------------------------------------------------------------------------- money


def _thousands(value: float, separator: str) -> str:
    return f"{value:,.0f}".replace(",", separator)


def _kilo(value: float) -> str:
    return f"{value / 1000:g}"


def write_band(band: Band, rng: Random, language: str = "en") -> dict[str, str]:
    """Write a band in one of its currency's styles.

    Args:
        band: The band; an open end gives an empty piece.
        rng: Decides the style.
        language: "en", "de" or "fr": French and German write amounts their own way.

    Returns:
        The pieces `range`, `min`, `max` and `mid`, in one style.
    """
    low = band.pay_min if band.pay_min is not None else band.pay_max
    high = band.pay_max if band.pay_max is not None else band.pay_min
    assert low is not None
    assert high is not None
    one, dash = _amount_style(band, rng, language)
    if band.period == "HOUR":
        per = rng.choice((" per hour", "/hr", "/hour", " an hour"))
        low_said, high_said = one(low), one(high)
        return {
            "range": f"{low_said}{dash}{high_said}{per}",
            "min": low_said,
            "max": high_said,
            "mid": low_said,
        }
    pieces = {"min": one(low), "max": one(high), "mid": one(high)}
    both = f"{pieces['min']}{dash}{pieces['max']}"
    if band.period == "YEAR" and low != high and rng.random() < 0.25:
        both = _compact(band.currency, low, high, rng, language) or both
    if band.period == "MONTH":
        month = {
            "en": rng.choice((" per month", " a month", "/month")),
            "de": " im Monat",
            "fr": " par mois",
        }[language]
        both += month
    return {"range": both, **pieces}


def _compact(currency: str, low: float, high: float, rng: Random, language: str) -> str | None:
    """A range that names its currency once; None where the currency has no such style."""
    if currency not in ("USD", "GBP", "EUR") or low % 1000 or high % 1000:
        return None
    short, sign = f"{_kilo(low)}-{_kilo(high)}", {"USD": "$", "GBP": "£", "EUR": "€"}[currency]
    if language != "en":
        return f"{short}k €" if language == "de" else f"{short} k€"
    return rng.choice(
        (
            f"{sign}{short}k",
            f"{sign}{short}k",
            f"{sign}{_kilo(low)}-{_kilo(high)}K",
            f"{_kilo(low)}k-{_kilo(high)}k {currency}",
            f"{_thousands(low, ',')} - {_thousands(high, ',')} {currency}",
            f"{currency} {short}k",
        )
    )


def _amount_style(band: Band, rng: Random, language: str) -> tuple[Callable[[float], str], str]:
    """A writer of one amount, and the dash that goes between two."""
    code, dash = band.currency, rng.choice((" - ", " – ", "–", "-", " to "))
    is_short = band.period == "YEAR" and rng.random() < 0.45
    if language == "de" and code == "EUR":
        return (lambda v: f"{_thousands(v, '.')} €"), rng.choice((" – ", " bis ", " - "))
    if language == "fr" and code == "EUR":
        return (lambda v: f"{_thousands(v, ' ')} €"), rng.choice((" – ", " à ", " - "))
    if code == "INR":
        if band.period == "YEAR":
            return (lambda v: f"₹{v / 100_000:g} LPA"), dash
        return (lambda v: f"₹{_thousands(v, ',')}"), dash
    if code == "CHF":
        return rng.choice(
            ((lambda v: f"CHF {_thousands(v, chr(39))}"), (lambda v: f"CHF {_thousands(v, ',')}"))
        ), dash
    signs = {
        "USD": ("$",),
        "GBP": ("£",),
        "EUR": ("€",),
        "CAD": ("CA$", "C$", "CAD "),
        "AUD": ("A$", "AUD "),
        "SGD": ("S$", "SGD "),
        "JPY": ("¥", "JPY "),
        "ILS": ("₪", "ILS "),
        "SEK": ("SEK ",),
        "PLN": ("PLN ",),
    }
    sign = rng.choice(signs[code])
    if is_short and code not in ("JPY",):
        letter = rng.choice("kkK")
        return (lambda v: f"{sign}{_kilo(v)}{letter}"), dash
    if code == "USD" and band.period == "YEAR" and rng.random() < 0.1:
        return (lambda v: f"{sign}{v:,.2f}"), dash
    return (lambda v: f"{sign}{_thousands(v, ',')}"), dash


def raised(pay: Pay) -> Pay:
    """The pay after an edit of the advert: both ends a little higher, still round."""

    def lift(value: float | None) -> float | None:
        if value is None:
            return None
        step = 1_000 if value >= 20_000 else 1
        return float(round(value * EDIT_RAISE / step) * step)

    bands = tuple(b._replace(pay_min=lift(b.pay_min), pay_max=lift(b.pay_max)) for b in pay.bands)
    return pay._replace(bands=bands)


def pay_lines(pay: Pay, rng: Random, language: str) -> list[str]:
    """Sentences that state all bands of a role."""
    phrases = table("pay")
    band = pay.bands[0]
    if band.zone:
        lines = [rng.choice(phrases["zones"])]
        row = rng.choice(phrases["zone_row"])
        state = rng.getstate()
        for zone in pay.bands:
            # The same style in every row, as a table would have it.
            rng.setstate(state)
            lines.append(fill(row, {**write_band(zone, rng), "zone": zone.zone or ""}, rng))
        return lines
    kind = "year"
    if band.period == "HOUR":
        kind = "hour"
    elif band.period == "MONTH":
        kind = "month"
    elif band.kind == "total":
        kind = "ote"
    elif band.pay_min is None:
        kind = "up_to"
    elif band.pay_max is None:
        kind = "from"
    elif band.pay_min == band.pay_max:
        kind = "lone"
    elif language != "en" and band.currency == "EUR":
        kind = {"de": "german", "fr": "french"}[language]
    pieces = write_band(band, rng, language)
    options = phrases[kind]
    if kind == "month" and "internship" not in options[-1]:
        options = options[:-1]
    return [fill(rng.choice(options), pieces, rng)]


# -------------------------------------------------------------------------------------- slots


def employer_slots(employer: Employer, rng: Random) -> dict[str, str]:
    """Gaps that are the same in all adverts of an employer, when given the employer's own rng."""
    return {
        "name": employer.name,
        "count": str(rng.choice((12, 20, 35, 40, 80, 120, 150, 300, 400, 600))),
        "staff": str(employer.staff),
        "staff_small": rng.choice(("three", "four", "five", "six", "eight", "nine")),
        "days": str(rng.choice((25, 26, 28, 30, 32))),
        "stipend": rng.choice(("$500", "$1,000", "$1,500", "$2,000", "€1,000", "£1,200")),
        "small": rng.choice(("$15", "$50", "$100", "€12")),
        "percent": str(rng.choice((3, 4, 5, 6))),
        "weeks": str(rng.choice((12, 14, 16, 18, 20))),
        "round": str(rng.choice((8, 12, 15, 22, 30, 45, 60, 110))),
        "equity": str(rng.choice((20, 40, 60, 90))),
        "signon": str(rng.choice((5, 10, 15, 20))),
        "url": f"https://{employer.domain}/careers",
        "email": f"jobs@{employer.domain}",
        "email_at": f"jobs [at] {employer.domain.replace('.', ' [dot] ')}",
    }


def _article(title: str) -> str:
    """The indefinite article of a title, by its sound: an ML engineer, a machine learning one."""
    word = title.split()[0]
    spelled = word.isupper() or word in ("MLOps", "iOS")
    return "an" if word[0].upper() in ("AEFHILMNORSX" if spelled else "AEIO") else "a"


def _role_slots(role: Role, base: Mapping[str, str], rng: Random) -> dict[str, str]:
    industry = table("industries")[role.employer.industry]
    return {
        **base,
        "title": role.title,
        "a_title": f"{_article(role.title)} {role.title}",
        "team": rng.choice(table("roles")[role.family]["team"]),
        "product": rng.choice(industry["product"]),
        "data": rng.choice(industry["data"]),
        "user": rng.choice(industry["user"]),
        "years": str(
            {"intern": 1, "junior": 1, "mid": 3, "senior": 5, "staff": 8}.get(role.level, 6)
        ),
        "nth": rng.choice(("fourth", "fifth", "seventh", "ninth")),
        "place": role.places[0].city,
    }


def _sample(phrases: Sequence[str], count: int, slots: Mapping[str, str], rng: Random) -> list[str]:
    chosen = rng.sample(phrases, min(count, len(phrases)))
    return [fill(p, slots, rng) for p in chosen]


def duties(role: Role) -> tuple[str, ...]:
    """The phrases for the duties of a role, by its family and its time."""
    rows = table("roles")[role.family]
    if role.family == "management" and role.is_ml:
        return tuple(rows["duty_ml"] + rows["duty"][:2])
    return tuple(rows["duty"] + (rows.get("duty_llm", ()) if role.opened_at.year >= 2023 else ()))


def _musts(role: Role) -> tuple[str, ...]:
    rows = table("roles")[role.family]
    return tuple(rows["must_ml"] if role.family == "management" and role.is_ml else rows["must"])


# ------------------------------------------------------------------------------- board adverts


@cache
def _boilerplate(employer: Employer, seed: int) -> tuple[Section, tuple[Section, ...], str]:
    """What recurs in all adverts of an employer: about, the sections at the end, heading emoji."""
    rng = Random(f"{seed}:boilerplate:{employer.key}")
    closing = table("closing")
    slots = employer_slots(employer, rng)
    blurb = [fill(p, slots, rng) for p in table("industries")[employer.industry]["blurb"]]
    if rng.random() < 0.35:
        blurb.append(fill(rng.choice(closing["money_news"]), slots, rng))
    blurb += _tool_lines(employer.boilerplate_tools, table("tools")["boilerplate"], slots, rng)
    about = Section(
        "about", fill(rng.choice(closing["about_heading"]), slots, rng), (" ".join(blurb),)
    )
    benefits = Section(
        "benefits",
        rng.choice(closing["benefit_heading"]),
        bullets=tuple(_sample(closing["benefits"], rng.randrange(3, 7), slots, rng)),
    )
    eeo = Section(
        "eeo",
        rng.choice((None, rng.choice(closing["eeo_heading"]))),
        tuple(_sample(closing["eeo"], rng.choice((1, 1, 2)), slots, rng)),
    )
    values = Section(
        "values",
        rng.choice(closing["values_heading"]),
        (" ".join(_sample(closing["values"], rng.randrange(3, 8), slots, rng)),),
    )
    process = Section(
        "process",
        rng.choice(closing["process_heading"]),
        tuple(_sample(closing["process"], rng.randrange(2, 6), slots, rng)),
    )
    ending = [s for s, rate in ((values, 0.6), (process, 0.45)) if rng.random() < rate]
    emoji = rng.choice(EMOJI) if rng.random() < 0.12 else ""
    return about, (benefits, *ending, eeo), emoji


def advert(role: Role, seed: int, version: int = 0) -> tuple[Section, ...]:
    """The whole text of a role's advert on a board.

    Args:
        role: What is advertised.
        seed: The market's seed.
        version: 0 as first posted, 1 after its edit.

    Returns:
        Sections in reading order.
    """
    rng = Random(f"{seed}:text:{role.key}")
    if role.language != "en":
        return _foreign_advert(role, seed, rng, version)
    about, ending, emoji = _boilerplate(role.employer, seed)
    closing, tools, rows = table("closing"), table("tools"), table("roles")[role.family]
    slots = _role_slots(role, employer_slots(role.employer, rng), rng)
    duty = _sample(duties(role), rng.randrange(4, 7), slots, rng)
    duty += _tool_lines(role.tools.duty, tools["duty"], slots, rng)
    must = _sample(_musts(role), rng.randrange(3, 6), slots, rng)
    must += _tool_lines(role.tools.must, tools["must"], slots, rng)
    nice = _sample(rows["nice"], 2, slots, rng)
    nice_phrases = tools["nice"] if role.is_ml else tools["non_ml"]
    nice += _tool_lines(role.tools.nice, nice_phrases, slots, rng)
    notes = [
        fill(rng.choice(tools["negated"]), {"tools": name_tools([leaf], rng)}, rng)
        for leaf in role.tools.negated
    ]
    notes += _traps(role, rng)
    notes += _sort_of_work(role, slots, seed)
    for lines in (duty, must, nice):
        rng.shuffle(lines)
    pay = raised(role.pay) if role.pay and version else role.pay
    pay_text: list[str] = []
    if pay and pay.in_text:
        pay_text += pay_lines(pay, rng, "en")
    if rng.random() < 0.12:
        pay_text.append(fill(rng.choice(closing["equity"]), slots, rng))
    if version:
        notes.append("We updated this advert after the first interviews.")
    sections = [
        about,
        Section(
            "role",
            emoji + rng.choice(closing["role_heading"]),
            (fill(rng.choice(rows["intro"]), slots, rng), *notes),
        ),
        Section("duties", emoji + rng.choice(closing["duty_heading"]), bullets=tuple(duty)),
        Section("must", emoji + rng.choice(closing["must_heading"]), bullets=tuple(must)),
    ]
    if role.tools.nice or rng.random() < 0.7:
        sections.append(Section("nice", rng.choice(closing["nice_heading"]), bullets=tuple(nice)))
    if pay_text:
        sections.append(Section("pay", rng.choice(closing["pay_heading"]), tuple(pay_text)))
    sections += ending
    return _oddities(sections, role, rng)


def _traps(role: Role, rng: Random) -> list[str]:
    if rng.random() >= TRAP_RATE:
        return []
    fitting = [
        t["text"]
        for t in table("traps")
        if role.family in t["families"] or ("any" in t["families"] and rng.random() < 0.5)
    ]
    return [rng.choice(fitting)] if fitting else []


def _sort_of_work(role: Role, slots: Mapping[str, str], seed: int) -> list[str]:
    """Say what sort of work it is, with dice of its own: all else in the advert stays as it is."""
    rng = Random(f"{seed}:work:{role.key}")
    if rng.random() >= SORT_OF_WORK_RATE:
        return []
    fitting = [row for row in table("work") if {role.family, "any"} & set(row["families"])]
    [row] = rng.choices(fitting, [row["weight"] for row in fitting])
    return [fill(row["text"], slots, rng)]


def _oddities(sections: list[Section], role: Role, rng: Random) -> tuple[Section, ...]:
    """Characters that real adverts carry: no-break spaces and right-to-left marks."""
    if rng.random() < 0.1:
        sections = [
            s._replace(
                bullets=tuple(
                    b.replace("experience with ", f"experience with{NOBREAK}").replace(
                        "knowledge of ", f"knowledge of{NOBREAK}"
                    )
                    for b in s.bullets
                )
            )
            for s in sections
        ]
    if role.places[0].country == "IL" and rng.random() < 0.5:
        sections = [
            s._replace(bullets=tuple(f"{RIGHT_TO_LEFT}{b}{RIGHT_TO_LEFT}" for b in s.bullets))
            for s in sections
        ]
    return tuple(sections)


def _foreign_advert(role: Role, seed: int, rng: Random, version: int) -> tuple[Section, ...]:
    words = table("german" if role.language == "de" else "french")
    tools = table("tools")
    about, _, _ = _boilerplate(role.employer, seed)
    rows = words["ml" if role.is_ml else "other"]
    slots = _role_slots(role, employer_slots(role.employer, rng), rng)
    must_tools = tools["german_must" if role.language == "de" else "french_must"]
    leaves = (*role.tools.must, *(t for t in role.tools.nice if t not in role.tools.must))
    leaves += tuple(t for t in role.tools.duty if t not in leaves)
    must = _sample(rows["must"], 3, slots, rng)
    must += _tool_lines(leaves, must_tools, slots, rng, role.language)
    notes = [
        fill(
            "Wir verwenden kein {tools}."
            if role.language == "de"
            else "Nous n'utilisons pas {tools}.",
            {"tools": name_tools([leaf], rng)},
            rng,
        )
        for leaf in role.tools.negated
    ]
    company = [fill(p, slots, rng) for p in words["about"]]
    # Even where the advert is German or French, what names a tool for the company is not left out.
    company += _tool_lines(role.employer.boilerplate_tools, tools["boilerplate"], slots, rng)
    sections = [
        Section("about", about.heading, (" ".join(company),)),
        Section(
            "role", words["heading_role"], (fill(rng.choice(rows["intro"]), slots, rng), *notes)
        ),
        Section(
            "duties", words["heading_duty"], bullets=tuple(_sample(rows["duty"], 4, slots, rng))
        ),
        Section("must", words["heading_must"], bullets=tuple(must)),
    ]
    pay = raised(role.pay) if role.pay and version else role.pay
    if pay and pay.in_text:
        sections.append(
            Section("pay", words["heading_pay"], tuple(pay_lines(pay, rng, role.language)))
        )
    benefits = tuple(_sample(words["benefits"], 3, slots, rng))
    sections.append(Section("benefits", words["heading_benefit"], bullets=benefits))
    return tuple(sections)


# ---------------------------------------------------------------------------- thread posts


def post_paragraphs(post: Post, seed: int) -> list[str]:
    """The paragraphs of a hiring post, the header first.

    Args:
        post: The post; a re-worded one keeps its header and half of its other words.
        seed: The market's seed.

    Returns:
        Text without markup; a line break within a paragraph is a newline.
    """
    employer, lead = post.employer, post.roles[0]
    first = Random(f"{seed}:post:{lead.key}")
    words, closing = table("hackernews"), table("closing")
    slots = _role_slots(lead, employer_slots(employer, first), first)
    slots["company"] = HOSTILE_COMPANY if post.is_hostile else employer.said_as
    header, paid_in_header = _header(post, slots, first)
    pieces: list[str] = []

    def said(number: int) -> Random:
        """Words of a re-worded post differ in every second paragraph."""
        variant = post.variant if number % 2 else 0
        return Random(f"{seed}:post:{lead.key}:{number}:{variant}")

    blurb = [fill(p, slots, said(0)) for p in table("industries")[employer.industry]["blurb"]]
    if said(0).random() < 0.25:
        blurb.append(fill(said(0).choice(closing["money_news"]), slots, said(0)))
    about = " ".join(blurb[: first.choice((1, 2, 3, 4))])
    pieces.append(" ".join([about, *_traps(lead, said(6)), *_sort_of_work(lead, slots, seed)]))
    rng = said(1)
    if len(post.roles) > 1:
        mark = first.choice(("-", "*", "•"))
        rows = [f"{mark} {r.title}" for r in post.roles]
        lines = []
        for row, role in zip(rows, post.roles, strict=True):
            duty = fill(rng.choice(duties(role)), slots, rng)
            lines.append(f"{row}: {duty[0].lower()}{duty[1:]}" if rng.random() < 0.7 else row)
        pieces.append("\n".join([rng.choice(words["several_opening"]), *lines]))
    else:
        duty, other, *more = _sample(duties(lead), rng.choice((2, 2, 4, 5)), slots, rng)
        slots["duty_lower"] = duty[0].lower() + duty[1:]
        slots["duty2_lower"] = other[0].lower() + other[1:]
        pieces.append(fill(rng.choice(words["role_opening"]), slots, rng))
        pieces += ["\n".join(f"- {line}" for line in more)] if more else []
    rng = said(7)
    if rng.random() < 0.55:
        pieces.append(". ".join(_sample(_musts(lead), rng.choice((2, 3, 4)), slots, rng)) + ".")
    if rng.random() < 0.45:
        pieces.append(" ".join(_sample(closing["values"], rng.choice((1, 2, 3, 4)), slots, rng)))
    pieces += _post_tools(lead, said(2), said(3))
    rng = said(4)
    if lead.pay and not paid_in_header:
        pieces.append(_post_pay(lead.pay, rng, words))
    rng = said(5)
    if rng.random() < 0.4:
        pieces.append(fill(rng.choice(words["benefits"]), slots, rng))
    if rng.random() < 0.4:
        pieces.append(fill(rng.choice(words["process"]), slots, rng))
    pieces.append(fill(first.choice(words["apply"]), slots, first))
    return [header, *pieces]


_WITHOUT_STACK = ("go_to_market", "operations", "product_design", "hardware", "management")


def _post_tools(role: Role, must_rng: Random, nice_rng: Random) -> list[str]:
    words, tools = table("hackernews"), table("tools")
    named = list(dict.fromkeys((*role.tools.must, *role.tools.duty)))
    filler = must_rng.sample(tools["stack_plain"], must_rng.randrange(1, 6))
    if role.family in _WITHOUT_STACK and not role.is_ml:
        filler = []
    if named and must_rng.random() < 0.5:
        slots = {"stack": ", ".join([*filler[:1], name_tools(named, must_rng), *filler[1:]])}
    elif named:
        slots = {"must": name_tools(named, must_rng)}
    else:
        slots = {must_rng.choice(("stack", "must")): ", ".join(filler)}
    pieces = []
    for key, listed in slots.items():
        if listed:
            pieces.append(fill(must_rng.choice(words[key]), slots, must_rng))
    if role.tools.nice:
        nice = name_tools(role.tools.nice, nice_rng)
        pieces.append(fill(nice_rng.choice(words["nice"]), {"nice": nice}, nice_rng))
    for leaf in role.tools.negated:
        negated = {"tools": name_tools([leaf], nice_rng)}
        pieces.append(fill(nice_rng.choice(tools["negated"]), negated, nice_rng))
    return pieces


def _post_pay(pay: Pay, rng: Random, words: Mapping[str, Sequence[str]]) -> str:
    band = pay.bands[0]
    plain_range = band.pay_min is not None and band.pay_max is not None and not band.zone
    if plain_range and band.kind != "total" and rng.random() < 0.6:
        return fill(rng.choice(words["pay"]), write_band(band, rng), rng)
    return "\n".join(pay_lines(pay, rng, "en"))


_REMOTE = {
    "remote": ("REMOTE", "Remote", "Remote ({country})", "REMOTE ({country})", "Fully remote"),
    "hybrid": ("Hybrid", "HYBRID", "Hybrid (2 days)"),
    "onsite": ("ONSITE", "Onsite", "On-site"),
}
_KIND = {
    "full": ("Full-time", "Full Time", "FULL-TIME", "Fulltime"),
    "part": ("Part-time",),
    "intern": ("Intern", "INTERN", "Internship"),
    "contract": ("Contract", "CONTRACT", "Contractor"),
}


def _header(post: Post, slots: dict[str, str], rng: Random) -> tuple[str, bool]:
    """The header line, and whether it states the pay."""
    words, lead = table("hackernews"), post.roles[0]
    if len(post.roles) == 1 and rng.random() < 0.07:
        return fill(rng.choice(words["plain_opening"]), slots, rng), False
    template = rng.choice(words["header"])
    bands = lead.pay.bands if lead.pay else ()
    pay = ""
    if "{pay}" in template and len(bands) == 1 and bands[0].kind != "total":
        said = write_band(bands[0], rng)
        pay = said["range"]
        if bands[0].pay_max is None:
            pay = rng.choice((f"from {said['min']}", f"{said['min']}+"))
        elif bands[0].pay_min is None:
            pay = f"up to {said['max']}"
    if pay and rng.random() < 0.35:
        pay += rng.choice(
            (
                " + equity",
                " plus equity",
                " + equity + benefits",
                " + 0.1% - 0.5%",
                " & 0.2–1% equity",
            )
        )
    titles = [r.title for r in post.roles]
    joints = (" / ", " & ") if any("," in t for t in titles) else (", ", " / ", " & ")
    country = lead.places[0].country_name
    pieces = {
        **slots,
        "title": rng.choice(joints).join(titles) if len(titles) < 4 else "Multiple roles",
        "place": _header_place(lead, rng),
        "remote": rng.choice(_REMOTE[lead.workplace]).format(
            country={"United States": "US", "United Kingdom": "UK"}.get(country, country)
        ),
        "kind": rng.choice(_KIND[lead.contract]),
        "pay": pay,
    }
    separator = next(s for s in (" | ", " - ", " — ", "|") if s in template)
    kept = [part for part in template.split(separator) if part != "{pay}" or pay]
    return fill(separator.join(kept), pieces, rng), bool(pay)


def _header_place(role: Role, rng: Random) -> str:
    style = rng.random()
    names = []
    for place in role.places:
        if place.country == "US":
            full = f"{place.city}, {place.region_code}"
            names.append(place.short if style < 0.25 else place.city if style < 0.5 else full)
        else:
            # "Cambridge" alone could be two cities.
            is_clear = style < 0.3 and place.city != "Cambridge"
            names.append(place.city if is_clear else f"{place.city}, {place.country_name}")
    return rng.choice((" or ", " / ", ", ")).join(names)
