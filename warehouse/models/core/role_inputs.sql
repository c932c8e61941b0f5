/*
description: What the role of an advert was found from, so that it is found again only where something changed; row by row with core.role_links, and not published.
key: [posting_id]
made_by: warehouse.matching
reads: [core.adverts]
columns:
  posting_id: VARCHAR | Advert (core.adverts)
  inputs_hash: UBIGINT | Hash of all that its role is found from, the method included
  bucket_hash: UBIGINT | Hash of its employer and the words of its title, or that it is a comment of a thread; adverts that share it are compared by their texts
  address_hash: UBIGINT | Hash of its employer and the address to apply at, NULL where that is no address of one advert
  requisition_hash: UBIGINT | Hash of its employer and requisition, NULL where it states none
*/
