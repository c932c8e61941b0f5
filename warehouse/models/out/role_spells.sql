/*
description: When a role was open on boards that list all that they have, its adverts taken together. A role whose next advert comes on the day on which the last one goes stays open.
key: [role_id, spell_no]
materialized: view
like: core.role_spells
*/
SELECT *
FROM core.role_spells
