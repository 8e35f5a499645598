"""Notifications: mail to readers and to the newsroom, chat; everything by the outbox, everything can be switched off."""
