"""How well the normalisers do on labelled postings: one module per kind of fact, plus intervals."""
