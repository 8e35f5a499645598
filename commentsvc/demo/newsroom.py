"""Fill an empty installation with the demo's newspaper, through the same doors a newsroom and its readers use."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ..accounts.models import Account, Role
from ..accounts.permissions import Actor
from ..accounts.service import add_account
from ..authors.models import Author, Standing
from ..authors.service import new_byline, read_links, write_bio
from ..authors.standings import give_standing
from ..comments import lifecycle, posting
from ..comments.likes import like_anew
from ..comments.models import Comment, Status
from ..core.clock import now
from ..core.crypto import Keyring
from ..core.database import db
from ..core.unit_of_work import unit_of_work
from ..core.web import house
from ..moderation.flags import flag
from ..moderation.models import FlagReason
from ..rulebook.lists import Wanted, add_list
from ..sites.models import Origin, Site
from ..sites.service import add_site, all_sites, change_setting
from ..stories.models import Story
from ..stories.queries import StoryName, find_story
from ..stories.service import know_by, new_story, sign_with
from ..webhooks.service import add_endpoint

KEY = "demo"
ADMIN = ("admin@demo.example.org", "Ada (admin)")
MODERATOR = ("moderator@demo.example.org", "Mo (moderator)")
PASSWORD = "demo-newsroom"  # noqa: S105 - everybody who starts the demo is told it
ENDPOINT = "https://cms.example.org/hooks/comments"
HEARD = ("comment.approved", "comment.rejected", "comment.flagged", "author.standing_changed")
WORDS_HELD = "crooks\nswindle*"
AFTERWARDS = timedelta(minutes=45)  # after a comment was written, its story is over
ACTIONS = {Status.APPROVED: "approve", Status.PENDING: "hold", Status.REJECTED: "reject", Status.SPAM: "spam"}


@cache
def content() -> dict[str, Any]:
    """The newspaper as written: site, bylines, commenters, stories, comments."""
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / "newsroom.json").read_text(encoding="utf-8"))
    return loaded


def story_path(story_id: str) -> str:
    return f"/news/{story_id}"


def fill(base_url: str) -> None:
    """Make the demo's site with all that is on it. A site that is there already stays, at this address now."""
    known = next((site for site in all_sites() if site.key == KEY), None)
    with unit_of_work():
        if known is None:
            Filling(base_url, house().keys).run()
        else:
            _move(known, base_url)


def _origins(base_url: str) -> list[str]:
    """The names a browser on this machine may call the demo by."""
    return list(dict.fromkeys((base_url, base_url.replace("//127.0.0.1", "//localhost"))))


def _move(site: Site, base_url: str) -> None:
    """A second start may be on another port."""
    site.origins.extend(Origin(origin=origin) for origin in _origins(base_url) if not site.allows(origin))
    for each in content()["stories"]:
        story = find_story(site.id, StoryName(each["id"], None))
        if story:
            story.url = base_url + story_path(each["id"])
            know_by(story, story.url)


def where_to_look(base_url: str) -> str:
    """What the command prints."""
    articles = "\n".join(f"    {base_url}{story_path(story['id'])}" for story in content()["stories"])
    return (
        f"\n  {content()['site']['name']}: {base_url}/news\n\n  Articles with comments:\n{articles}\n\n"
        f"  The desk: {base_url}/desk\n"
        f"    admin      {ADMIN[0]}      password {PASSWORD}\n"
        f"    moderator  {MODERATOR[0]}  password {PASSWORD}\n\n"
        "  Stop with Ctrl-C.\n"
    )


class Filling:
    """One filling of an empty installation."""

    def __init__(self, base_url: str, keys: Keyring) -> None:
        self.base_url, self.keys = base_url, keys
        self.people: dict[str, Author] = {}
        self.stories: dict[str, Story] = {}
        self.comments: dict[str, Comment] = {}

    def run(self) -> None:
        self.site = add_site(KEY, name=content()["site"]["name"], origins=_origins(self.base_url))
        change_setting(self.site, "flood_seconds", "0")  # a day's comments are about to arrive at once
        change_setting(self.site, "confirm_addresses", "off")  # a demo's mail reaches nobody
        self.admin = Actor.of(self._account(ADMIN, Role.ADMIN))
        add_list(self.site, Wanted("Rude words", "hold", "", "live", WORDS_HELD), actor=self.admin, now=now())
        self.moderator = Actor.of(self._account(MODERATOR, Role.MODERATOR, self.site))
        self._bylines()
        self._stories()
        self._discuss()
        self._standings()
        self._endpoint()
        change_setting(self.site, "flood_seconds", "15")

    def _discuss(self) -> None:
        """Everything in the order in which it happened, so that the log reads like one."""
        comments = content()["comments"]
        written = [(self._written_at(each), self._post, each) for each in comments]
        settled = [(self._settled_at(each), self._finish, each) for each in comments]
        for _, step, each in sorted((*written, *settled), key=lambda happened: happened[0]):
            step(each)

    def _settled_at(self, each: dict[str, Any]) -> datetime:
        """A while after it was written, and after the last answer to it: nobody answers what is gone."""
        answers = [self._written_at(other) for other in content()["comments"] if other["parent"] == each["key"]]
        return max(answers, default=self._written_at(each)) + AFTERWARDS

    def _written_at(self, each: dict[str, Any]) -> datetime:
        published = self.stories[each["story"]].published_at
        assert published
        return published + timedelta(minutes=each["minutes_after"])

    def _account(self, who: tuple[str, str], role: Role, *sites: Site) -> Account:
        email, name = who
        ids = [site.id for site in sites]
        return add_account(email, name=name, role=role, site_ids=ids, password=PASSWORD, keys=self.keys, now=now())

    def _bylines(self) -> None:
        for each in content()["bylines"]:
            author = new_byline(self.site.id, name=each["name"], now=self._first_day())
            write_bio(author, each["bio"])
            author.website = each["website"]
            author.links = read_links([(link["label"], link["url"]) for link in each["links"]])
            author.avatar = f"/demo/static/{each['avatar']}" if each["avatar"] else None
            self.people[each["key"]] = author
        db.session.flush()

    @staticmethod
    def _first_day() -> datetime:
        return min(map(_published, content()["stories"])) - timedelta(days=400)

    def _stories(self) -> None:
        for each in content()["stories"]:
            name = StoryName(each["id"], self.base_url + story_path(each["id"]))
            story = new_story(self.site, name, title=each["title"], now=_published(each))
            story.category, story.excerpt, story.published_at = each["category"], each["excerpt"], _published(each)
            story.image = f"/demo/static/{each['image']}"
            sign_with(story, [self.people[key] for key in each["bylines"]])
            self.stories[each["id"]] = story
        db.session.flush()

    def _post(self, each: dict[str, Any]) -> None:
        """The comment as its writer sent it; a moderator has let through what others answered, liked or reported."""
        story, moment = self.stories[each["story"]], self._written_at(each)
        who = each["by"]["byline"] if isinstance(each["by"], dict) else each["by"]
        parent = self.comments.get(each["parent"])
        if who in self.people:
            db.session.refresh(self.people[who])  # what was approved since counts
        posted = posting.post(
            self.site,
            story,
            self._submission(each, who, parent),
            writer=self.people.get(who),
            network_hash="demo",
            keys=self.keys,
            now=moment,
        )
        self.comments[each["key"]] = posted.comment
        self.people.setdefault(who, db.session.get_one(Author, posted.comment.author_id))
        was_answered = any(other["parent"] == each["key"] for other in content()["comments"])
        if each["status"] == "APPROVED" or was_answered or each["flags"] or each["likes"]:
            self._decide(posted.comment, Status.APPROVED, moment + timedelta(minutes=4))

    @staticmethod
    def _submission(each: dict[str, Any], who: str, parent: Comment | None) -> posting.Submission:
        person = next(person for person in (*content()["commenters"], *content()["bylines"]) if person["key"] == who)
        return posting.Submission(
            text=each["text"],
            name=person["name"],
            email=person.get("email", f"{who}@newsroom.example.org"),
            website=person.get("website"),
            parent=str(parent.id) if parent else None,
        )

    def _decide(self, comment: Comment, status: Status, moment: datetime, why: str = "") -> None:
        if comment.status != status:
            reason, _, note = why.partition(": ")
            seen, action = comment.version, ACTIONS[status]
            lifecycle.decide(comment, action, actor=self.moderator, seen=seen, now=moment, reason=reason, note=note)

    def _finish(self, each: dict[str, Any]) -> None:
        """What became of the comment later: the decision, the likes, the reports."""
        comment = self.comments[each["key"]]
        moment = self._settled_at(each)
        readers = [self.keys.hash("demo reader", str(number)) for number in range(each["likes"])]
        if readers:
            like_anew(comment, readers, now=moment)
        for number, report in enumerate(each["flags"]):
            reader = self.keys.hash("demo reader", f"flag {number}")
            flag(comment, reader, reason=FlagReason(report["reason"]), details=report["details"], now=moment)
        self._decide(comment, Status(each["status"]), moment, each["reason"])
        if each["featured"]:
            lifecycle.decide(comment, "feature", actor=self.moderator, seen=comment.version, now=moment)
        if each["retracted"]:
            lifecycle.retract(comment, now=moment)

    def _endpoint(self) -> None:
        """A receiver to look at: a demo sends nothing, and shows what would have gone there."""
        add_endpoint(
            self.site,
            url=ENDPOINT,
            events=HEARD,
            internal=False,
            actor=self.admin,
            keys=self.keys,
            allowed=(),
            now=now(),
        )

    def _standings(self) -> None:
        for each in content()["commenters"]:
            author = self.people.get(each["key"])
            if author is None:
                continue
            if each["confirmed"]:
                author.confirmed_at = author.created_at
            if each["standing"] != Standing.NORMAL:
                until = now() + timedelta(days=14) if each["standing"] == Standing.SUSPENDED else None
                reason = each.get("standing_reason", "")
                give_standing(
                    author, Standing(each["standing"]), reason=reason, until=until, actor=self.admin, now=now()
                )


def _published(story: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(story["published_at"])
