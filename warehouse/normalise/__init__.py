"""From one advert to its facts: pure functions and their vocabularies, which know no database."""
