"""Floor 0: what every room needs and what has never heard of a comment."""
