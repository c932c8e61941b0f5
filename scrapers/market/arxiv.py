"""Newer papers of the market as arXiv shows them: Atom for queries, OAI-PMH for sets.

Belongs here: both interfaces' addresses and payloads. Does not belong here: which papers there are
(`preprints`).
"""

from __future__ import annotations

from datetime import date, timedelta
from html import escape

from scrapers.market.preprints import Preprint, days, until
from scrapers.market.world import World

ORIGIN = "https://export.arxiv.org"
PAGE_SIZE = 200
SET_PAGE = 100
QUERIES = ("cat:cs.LG", "cat:cs.CL", "cat:cs.CV")
_XML = "text/xml; charset=utf-8"


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """The pages of the queries, and the set of all papers from any day on."""
    papers = until(world, day)
    found = {}
    for number, query in enumerate(QUERIES):
        of_query = papers[number :: len(QUERIES)]
        for start in range(0, max(1, len(of_query)), PAGE_SIZE):
            path = (
                f"/api/query?search_query={query}&sortBy=submittedDate&sortOrder=descending"
                f"&start={start}&max_results={PAGE_SIZE}"
            )
            found[path] = (_feed(of_query, start), "application/atom+xml; charset=utf-8")
    for on in days(day):
        since = [p for p in papers if p.published_on >= on]
        where = f"/oai2?verb=ListRecords&metadataPrefix=arXiv&set=cs&from={on.isoformat()}"
        found[where] = (_records(since, 0, on), _XML)
        for start in range(SET_PAGE, len(since), SET_PAGE):
            token = f"{on.isoformat()}:{start}"
            where = f"/oai2?verb=ListRecords&resumptionToken={token.replace(':', '%3A')}"
            found[where] = (_records(since, start, on), _XML)
    return found


def _abstract(paper: Preprint) -> str:
    code = f" Code: https://github.com/{paper.repository}." if paper.repository else ""
    return escape(f"We study {paper.task.lower()}.{code}")


def _feed(papers: list[Preprint], start: int) -> bytes:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{p.arxiv_id}v1</id><title>{escape(p.title)}</title>"
        f"<updated>{p.published_on.isoformat()}T12:00:00Z</updated>"
        f"<summary>{_abstract(p)}</summary>"
        f"<published>{p.published_on.isoformat()}T12:00:00Z</published>"
        "<arxiv:comment>9 pages</arxiv:comment></entry>"
        for p in papers[start : start + PAGE_SIZE]
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
        f"<opensearch:itemsPerPage>{PAGE_SIZE}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{len(papers)}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>{entries}</feed>"
    ).encode()


def _records(papers: list[Preprint], start: int, since: date) -> bytes:
    shown = papers[start : start + SET_PAGE]
    following = start + SET_PAGE
    token = f"{since.isoformat()}:{following}" if following < len(papers) else ""
    records = "".join(
        f"<record><header><identifier>oai:arXiv.org:{p.arxiv_id}</identifier>"
        f"<datestamp>{(p.published_on + timedelta(days=1)).isoformat()}</datestamp>"
        "<setSpec>cs:cs:LG</setSpec></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{p.arxiv_id}</id>'
        f"<created>{p.published_on.isoformat()}</created><title>{escape(p.title)}</title>"
        f"<categories>cs.LG</categories><abstract>{_abstract(p)}</abstract></arXiv>"
        "</metadata></record>"
        for p in shown
    )
    inner = (
        f"<ListRecords>{records}<resumptionToken cursor='{start}' "
        f"completeListSize='{len(papers)}'>{token}</resumptionToken></ListRecords>"
        if shown
        else '<error code="noRecordsMatch">nothing came since</error>'
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{inner}</OAI-PMH>'
    ).encode()
