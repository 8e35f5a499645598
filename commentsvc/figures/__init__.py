"""What the log says: rules tried on past decisions, how right they are, and what one shift tells the next."""
