"""Which adverts are for one role: an opening posted again, in another city, by another source.

Belongs here: what of an advert is compared (`signature`), when two are for one role (`rules`),
putting the adverts of an employer together (`grouping`), and which of them must be compared again
(`changes`). Does not belong here: what an advert says (`warehouse.normalise`), or the tables made
from it (`warehouse.models`).

The order of evidence: the address to apply at, the employer's requisition, then employer, title,
country and text. Measured on labelled pairs (`hiring-signal score DIR --data DATA`); the rules of
labelling are those of two people deciding by reading whether two adverts offer the same opening.
"""
