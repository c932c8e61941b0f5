/*
description: The first advert of the role that an advert is for; adverts of which only an excerpt is known are left out.
key: [posting_id]
made_by: warehouse.matching
reads: [core.adverts]
columns:
  posting_id: VARCHAR | Advert (core.adverts)
  first_posting_id: VARCHAR | First advert of its role, itself where it is the first
  basis: VARCHAR | What links it, one of first (it is the first itself), copy (the same text and places), apply address, requisition, text
values:
  basis: [first, copy, apply address, requisition, text]
*/
