"""How often somebody may try: the one limiter, for the routes that need it."""

from flask_limiter import Limiter

from .web import reader_network

# By the keyed hash of the network: what is counted, kept in Redis and written into the log names no address.
limiter = Limiter(reader_network, default_limits=[], strategy="moving-window")

# A browser's name is easily changed, so that one network could like or report as many readers.
reactions = limiter.shared_limit("60 per minute", scope="reactions")

# One person looks at a text every few seconds at most; several may share a network.
previews = limiter.shared_limit("30 per minute", scope="previews")

# Somebody who waits for a letter asks again a few times; several may share a network.
letters_asked = limiter.shared_limit("20 per hour", scope="letters asked")

# A code or a token is guessed at in millions of tries; a page that is opened anew asks once.
sessions_opened = limiter.shared_limit("60 per minute", scope="sessions")

# One for each comment and each retry of it, from everybody behind one address of a large office.
challenges_given = limiter.shared_limit("120 per minute", scope="challenges")
