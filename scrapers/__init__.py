"""Observes the sources and records what they served.

Belongs here: addresses, paging, politeness, recording and replaying responses, and one pure
function per platform from payload to landing lines. Does not belong here: what a text means
(frameworks, pay, roles): that is the warehouse's, which may import `scrapers.landing` alone.
"""
