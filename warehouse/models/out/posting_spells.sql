/*
description: When an advert was on show; it closes when two complete listings in a row lack it, and what comes back later begins a new spell.
key: [posting_id, spell_no]
materialized: view
like: core.spells
columns:
  posting_id: VARCHAR | Advert (out.postings)
  spell_no:
  is_newest:
  is_found:
  opened_on:
  last_seen_on: DATE | Last day of the spell on which it was seen
  ended_on:
  closed_on:
  confirmed_on:
*/
SELECT
    posting.posting_id,
    spell.spell_no,
    spell.is_newest,
    spell.is_found,
    spell.opened_on,
    coalesce(spell.ended_on, greatest(board.newest_on, spell.opened_on)) AS last_seen_on,
    spell.ended_on,
    spell.closed_on,
    spell.confirmed_on
FROM core.spells AS spell
INNER JOIN core.posting_rows AS posting
    ON
        spell.source = posting.source
        AND spell.board = posting.board
        AND spell.source_id = posting.source_id
LEFT JOIN core.boards AS board ON spell.source = board.source AND spell.board = board.board
