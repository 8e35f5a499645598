"""What a site decides about its rules: word lists, a mode for each rule, bans. Knows no comment."""
