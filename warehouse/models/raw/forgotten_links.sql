/*
description: Which role adverts belonged to when texts that say so were deleted.
key: [posting_id]
made_by: warehouse.forget
columns:
  posting_id: VARCHAR | Advert (core.adverts)
  first_posting_id: VARCHAR | First advert of its role
  basis: VARCHAR | What linked it
  request: VARCHAR | Request that it was kept for (raw.forgotten)
*/
