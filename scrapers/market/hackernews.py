"""The sample market's hiring threads as the Hacker News search API serves them.

Belongs here: the listing, the threads with their comments, replies and deleted comments, and HTML
as Hacker News writes it. Does not belong here: what a post says (`texts`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from scrapers.market.phrases import table
from scrapers.market.texts import BOLD, END, post_paragraphs
from scrapers.market.world import MarketSpec, Post, Thread

LISTING_URL = (
    "https://hn.algolia.com/api/v1/search_by_date?tags=story,author_whoishiring&hitsPerPage=1000"
)
_LINK = re.compile(r"https?://[^\s,()\"]+")
_SHOWN_LINK_CHARS = 60
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "/": "&#x2F;"}
)


def thread_url(thread: Thread) -> str:
    """The address that a thread is asked for at."""
    return f"https://hn.algolia.com/api/v1/items/{thread.thread_id}"


def listing(threads: Sequence[Thread]) -> bytes:
    """The listing of all stories of the thread's author, newest first.

    Among them are each month's "Who wants to be hired?" and "Freelancer?", which are no adverts.
    """
    hits = []
    for thread in threads:
        month = f"({thread.month:%B %Y})"
        for offset, title in (
            (0, f"Ask HN: Who is hiring? {month}"),
            (1, f"Ask HN: Who wants to be hired? {month}"),
            (2, f"Ask HN: Freelancer? Seeking freelancer? {month}"),
        ):
            created_at = thread.created_at + timedelta(seconds=offset)
            hits.append(
                {
                    "objectID": str(thread.thread_id + offset),
                    "title": title,
                    "author": "whoishiring",
                    "created_at": _stamp(created_at),
                    "created_at_i": int(created_at.timestamp()),
                    "num_comments": len(thread.posts) if offset == 0 else 40 - offset,
                    "_tags": ["story", "author_whoishiring", f"story_{thread.thread_id + offset}"],
                }
            )
    hits.reverse()
    answer = {"hits": hits, "nbHits": len(hits), "page": 0, "nbPages": 1, "hitsPerPage": 1000}
    return json.dumps(answer, ensure_ascii=False).encode()


def item(thread: Thread, spec: MarketSpec) -> bytes:
    """A thread with all its comments, some deleted, some with replies."""
    rng = Random(f"{spec.seed}:thread:{thread.thread_id}")
    children: list[dict[str, Any]] = []
    for post in thread.posts:
        text = post_html(post, spec.seed)
        comment = _comment(
            post.comment_id, thread, thread.thread_id, _author(post), post.posted_at, text
        )
        if rng.random() < spec.reply_rate:
            comment["children"] = [_reply(comment, thread, post, rng)]
        children.append(comment)
        if rng.random() < spec.deleted_rate:
            at = post.posted_at + timedelta(seconds=40)
            children.append(_comment(post.comment_id + 9, thread, thread.thread_id, None, at, None))
    rng.shuffle(children)
    answer = {
        **_node(thread.thread_id, "story", "whoishiring", thread.created_at),
        "title": f"Ask HN: Who is hiring? ({thread.month:%B %Y})",
        "points": rng.randrange(180, 900),
        "story_id": thread.thread_id,
        "children": children,
        "options": [],
    }
    return json.dumps(answer, ensure_ascii=False).encode()


def _node(number: int, kind: str, author: str | None, at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "created_at": _stamp(at),
        "created_at_i": int(at.timestamp()),
        "type": kind,
        "author": author,
        "title": None,
        "url": None,
        "text": None,
        "points": None,
        "parent_id": None,
    }


def _comment(
    number: int, thread: Thread, parent: int, author: str | None, at: datetime, text: str | None
) -> dict[str, Any]:
    return {
        **_node(number, "comment", author, at),
        "text": text,
        "parent_id": parent,
        "story_id": thread.thread_id,
        "children": [],
        "options": [],
    }


def _reply(comment: dict[str, Any], thread: Thread, post: Post, rng: Random) -> dict[str, Any]:
    words = table("hackernews")
    at = post.posted_at + timedelta(minutes=rng.randrange(9, 700))
    number = post.comment_id + 3
    asked = _html([rng.choice(words["reply_question"])])
    question = _comment(number, thread, comment["id"], f"u{rng.getrandbits(32):08x}", at, asked)
    if rng.random() < 0.5:
        answered = _html([rng.choice(words["reply_answer"])])
        later = at + timedelta(hours=1)
        question["children"] = [
            _comment(number + 2, thread, number, comment["author"], later, answered)
        ]
    return question


def _author(post: Post) -> str:
    return "u" + hashlib.sha256(post.employer.key.encode()).hexdigest()[:10]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def post_html(post: Post, seed: int) -> str:
    """The `text` of a post."""
    return _html(post_paragraphs(post, seed))


def _html(paragraphs: Sequence[str]) -> str:
    return "<p>".join(_paragraph(p) for p in paragraphs)


def _paragraph(text: str) -> str:
    parts: list[str] = []
    position = 0
    for match in _LINK.finditer(text):
        link = match[0].rstrip(".")
        parts.append(_escape(text[position : match.start()]))
        shown = link if len(link) <= _SHOWN_LINK_CHARS else f"{link[: _SHOWN_LINK_CHARS - 3]}..."
        parts.append(f'<a href="{_escape(link)}" rel="nofollow">{_escape(shown)}</a>')
        position = match.start() + len(link)
    parts.append(_escape(text[position:]))
    return "".join(parts)


def _escape(text: str) -> str:
    return text.translate(_ESCAPES).replace(BOLD, "<i>").replace(END, "</i>")
