"""Outside checks: a newsroom's own screening hook and Akismet, asked about a comment after it is stored.

What they answer becomes a verdict like a rule's. This room asks and remembers whom it asked what; it knows no
comment: it is told plain words and ids.
"""
