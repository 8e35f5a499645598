"""The letter that tells somebody what was asked for in their name, with the way to take it back."""

from datetime import datetime

from ..authors.models import Author
from ..core.database import db
from ..core.web import keys, links
from ..notifications import choices, tokens
from ..notifications.letters import Item, Page, words_of, written
from ..notifications.mail import Letter, Writer
from ..notifications.readers import addressee
from ..outbox import service as outbox
from ..outbox.models import Delivery
from ..sites.models import Site
from .models import Erasure

KIND = "erasure"


def tell(author: Author, erasure: Erasure, *, now: datetime) -> None:
    """Put the letter out, where the address was confirmed and mail to it was not stopped."""
    recipient = choices.recipient_of(author)
    if author.confirmed_at and recipient and recipient.stopped_at is None:
        about = {"author": author.id, "erasure": erasure.id}
        outbox.send(
            choices.letter_to(author.site_id, recipient.id, KIND, f"{KIND} {erasure.id}", about),
            now=now,
        )


def write(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    author, erasure = addressee(delivery), db.session.get(Erasure, delivery.payload["erasure"])
    if author is None or erasure is None or not erasure.is_running:
        return None
    site = db.session.get_one(Site, author.site_id)
    words, address = words_of(site), links().mail("mine", tokens.make("mine", author, keys()))
    moment = f"{erasure.due_at:%Y-%m-%d %H:%M} UTC"
    item = Item(words("erasure_text", moment=moment), button=words("erasure_button"), address=address)
    return written(Page(author, site, words("erasure_subject"), [item]))


WRITERS: dict[str, Writer] = {KIND: write}
