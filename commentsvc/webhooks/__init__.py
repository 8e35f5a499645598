"""Webhooks and the feed of events: what other systems hear of, signed, in order, never lost."""
