"""How well frameworks are found: document-level sets of labels, as the labelling guide has them.

Belongs here: what is right and wrong for mentions. Does not belong here: reading the labelled file,
running the normaliser, printing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from warehouse.score.intervals import Counts, Interval, bootstrap_f1, total, wilson


class MentionScore(NamedTuple):
    """Counts of one run over labelled postings."""

    by_label: dict[str, Counts]  # labels that are due or were given, by name
    by_document_and_label: dict[str, dict[str, Counts]]  # by id, in the order of the rows

    @property
    def by_document(self) -> dict[str, Counts]:
        """The counts of each document, all labels together, in the order of the rows."""
        return {
            document: total(list(labels.values()))
            for document, labels in self.by_document_and_label.items()
        }

    @property
    def total(self) -> Counts:
        """Micro: every label of every document counts once."""
        return total(list(self.by_document.values()))

    @property
    def precision(self) -> Interval:
        """Micro precision with Wilson's interval."""
        counts = self.total
        return wilson(counts.tp, counts.tp + counts.fp)

    @property
    def recall(self) -> Interval:
        """Micro recall with Wilson's interval."""
        counts = self.total
        return wilson(counts.tp, counts.tp + counts.fn)

    @property
    def f1(self) -> Interval:
        """Micro F1 with its bootstrap interval over documents."""
        return bootstrap_f1(list(self.by_document.values()))


def score_mentions(
    rows: Sequence[Mapping[str, Any]], predicted: Mapping[str, Collection[str]]
) -> MentionScore:
    """Compare the frameworks found in postings with the labels that annotators agreed on.

    A negated mention, and one in an about-us paragraph, is a mention here (the guide says so).

    Args:
        rows: Labelled postings with "id", "labels" (due) and "optional" (the annotators differed:
            neither right nor wrong).
        predicted: Leaf ids of the frameworks found, by posting id; skills must be left out. A
            posting that is missing has none.
    """
    by_label: dict[str, Counts] = {}
    by_document: dict[str, dict[str, Counts]] = {}
    for row in rows:
        due = set(row["labels"])
        given = set(predicted.get(row["id"], ())) - set(row.get("optional", ()))
        by_document[row["id"]] = {
            label: Counts(
                int(label in due and label in given), int(label not in due), int(label not in given)
            )
            for label in sorted(due | given)
        }
        for label, outcome in by_document[row["id"]].items():
            by_label[label] = total([by_label.get(label, Counts()), outcome])
    return MentionScore(dict(sorted(by_label.items())), by_document)
