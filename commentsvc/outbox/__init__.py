"""The outbox: what must reach the outside is a row in the commit of its cause, and goes out at least once, in order."""
