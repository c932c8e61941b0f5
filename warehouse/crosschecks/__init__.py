"""Our series held against series of others: direction, and when the lead changed hands.

Belongs here: figures of others with their source and licence (`outside_series.csv`,
`outside_figures.csv`), our own series as they are compared, and the comparison. Does not belong
here: claims, which never read any of this, or how an outside series is fetched (`scrapers`).
"""
