"""The sample market: a simulated job market with known truth, written as WARC captures.

Belongs here: who hires whom and when (`world`), what adverts say (`texts` over the tables in
`phrases/`), how each platform serves them (one module each), and how it is all written (`write`).
Does not belong here: anything of the real world; every employer and every advert is made up.
"""
