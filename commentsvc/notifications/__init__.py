"""Notifications: mail to readers and to the newsroom, and chat; all by the outbox, all can be switched off."""
