"""Which browser somebody signed in with, as much as the person needs to tell their own sessions apart."""

# In this order: most of them name themselves after others too.
FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def family_of(agent: str) -> str:
    """The family of browsers a User-Agent header names; empty for one nobody knows."""
    return next((name for sign, name in FAMILIES if sign in agent), "")
