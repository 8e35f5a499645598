"""What a person can ask of what is kept about them: a copy of it, and that it goes; and what goes by itself."""
