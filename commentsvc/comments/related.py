""" "You may also like": which other stories a reader of one is shown.

A bounded number of candidates (the newest of its section, of its bylines, of the site, and those that are discussed
now) is scored by what each has in common with the story. What it costs does not grow with the number of stories.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from math import log2
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import joinedload

from ..core.database import db
from ..core.urls import WrongUrl, url_key
from ..stories.models import Byline, Story, StoryPick
from .models import Comment, Status

# How many candidates come from each place, the newest first.
OF_SECTION, OF_BYLINES, OF_SITE, IN_DISCUSSION = 40, 20, 30, 20
COMMENTS_LOOKED_AT = 200  # the newest of a site
LIVE = timedelta(days=2)
HALF_LIFE = timedelta(days=7)
# What counts how much. Words are the only thing that says what a story is about, so they can outweigh its section.
SAME_SECTION, SAME_BYLINE, MOST_FOR_WORDS, MOST_FOR_RECENCY, MOST_FOR_DISCUSSION = 2.0, 1.5, 3.0, 2.0, 1.5
IN_EXCERPT = 0.5  # a word there says half as much as one in the title

_WORD = re.compile(r"[^\W\d_]{3,}")
_SERIES_ENDS = re.compile(r"[:|#–—]| - |\d")
_LETTERS_OF_SERIES = 3


def related_stories(
    site_id: int, story: Story | None, limit: int, *, without: Collection[str] = (), now: datetime
) -> list[Story]:
    """At most `limit` stories: those the newsroom pinned, then the likeliest; never the story itself, never one twice.

    Of one series at most half of the box is suggested. `without` are ids and addresses of stories that the page shows
    already. Left out are stories without an address or a title, those that only a reader's waiting comment has named
    (a stranger would have put that title on every page), and what the newsroom excludes.
    """
    found = _candidates(site_id, story, now)
    kinds: dict[int, dict[str, int]] = {}
    for number, kind, weight in found:
        kinds.setdefault(number, {})[kind] = weight
    stories = _readable(number for number, places in kinds.items() if "exclude" not in places)
    usable = [each for each in stories if _is_usable(each, story, without)]
    pinned = sorted((each for each in usable if "pin" in kinds[each.id]), key=lambda each: kinds[each.id]["pin"])
    rest = [each for each in usable if "pin" not in kinds[each.id] and each.suggested]
    live = {number: places["live"] for number, places in kinds.items() if "live" in places}
    return _chosen([*pinned[:limit]], _by_score(rest, story, live, now), limit)


def _candidates(site_id: int, story: Story | None, now: datetime) -> list[tuple[int, str, int]]:
    """(story, why, how much) of every candidate, in one statement; a story may be there for several reasons."""
    newest = select(Story.id).where(Story.site_id == site_id)
    published = newest.where(Story.published_at.is_not(None)).order_by(Story.published_at.desc())
    places: list[Any] = [
        _place(newest.order_by(Story.id.desc()).limit(OF_SITE), "site"),
        _place(published.limit(OF_SITE), "site"),
        _discussed(site_id, now),
    ]
    if story and story.category:
        places.append(_place(published.where(Story.category == story.category).limit(OF_SECTION), "section"))
    if story:
        signers = [byline.author_id for byline in story.bylines]
        signed = select(Byline.story_id.label("id")).where(Byline.author_id.in_(signers))
        places.append(_place(signed.order_by(Byline.story_id.desc()).limit(OF_BYLINES), "byline"))
        places.append(_picked(story))
    return [(row[0], row[1], row[2] or 0) for row in db.session.execute(union_all(*places))]


def _picked(story: Story) -> Any:
    return select(StoryPick.other_id, StoryPick.kind, StoryPick.position).where(StoryPick.story_id == story.id)


def _place(ids: Select[Any], kind: str) -> Select[Any]:
    return select(ids.subquery().c.id, literal(kind), cast(null(), Integer))


def _discussed(site_id: int, now: datetime) -> Select[Any]:
    """The stories that most of the newest comments of a site are about."""
    visible = and_(Comment.status == Status.APPROVED, Comment.retracted_at.is_(None))
    rows = select(Comment.story_id).where(Comment.site_id == site_id, visible, Comment.created_at > now - LIVE)
    newest = rows.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(COMMENTS_LOOKED_AT).subquery()
    number = func.count()
    most = select(newest.c.story_id.label("id"), number.label("number")).group_by(newest.c.story_id)
    live = most.order_by(number.desc(), newest.c.story_id.desc()).limit(IN_DISCUSSION).subquery()
    return select(live.c.id, literal("live"), live.c.number)


def _readable(ids: Iterable[int]) -> list[Story]:
    is_known: ColumnElement[bool] = or_(Story.from_reader.is_(False), Story.comment_count > 0)
    rows = select(Story).where(Story.id.in_(list(ids)), Story.url.is_not(None), Story.title != "", is_known)
    return list(db.session.scalars(rows.options(joinedload(Story.bylines))).unique())


def _is_usable(each: Story, story: Story | None, without: Collection[str]) -> bool:
    """Neither the story itself, by whatever name, nor one that the page shows already."""
    keys = {key for key in map(_key, without) if key}
    if story and (each.id == story.id or (story.url and each.url == story.url)):
        return False
    return each.external_id not in without and _key(each.url or "") not in keys


def _key(address: str) -> str | None:
    try:
        return url_key(address)
    except WrongUrl:
        return None


def _by_score(candidates: list[Story], story: Story | None, live: dict[int, int], now: datetime) -> list[Story]:
    common = Counter(word for each in candidates for word in _words(each.title) | _words(each.excerpt))
    number = len(candidates)
    scores = {
        each.id: _in_common(each, story, common, number) + _recency(each, now) + _discussion(live.get(each.id, 0))
        for each in candidates
    }
    return sorted(candidates, key=lambda each: (scores[each.id], _moment(each), each.id), reverse=True)


def _in_common(each: Story, story: Story | None, common: Counter[str], number: int) -> float:
    if story is None:
        return 0.0
    section = SAME_SECTION if each.category and each.category == story.category else 0.0
    signers = {byline.author_id for byline in story.bylines} & {byline.author_id for byline in each.bylines}
    return section + (SAME_BYLINE if signers else 0.0) + _words_in_common(each, story, common, number)


def _words_in_common(each: Story, story: Story, common: Counter[str], number: int) -> float:
    """What two stories say alike; a word that most candidates have ("the", "new") says little, in any language."""
    title, everything = _words(each.title), _words(each.title) | _words(each.excerpt)
    own_title, own = _words(story.title), _words(story.title) | _words(story.excerpt)
    said = sum(
        (1.0 if word in title and word in own_title else IN_EXCERPT) * (1 - common[word] / (number + 1))
        for word in everything & own
    )
    return min(MOST_FOR_WORDS, said)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _recency(each: Story, now: datetime) -> float:
    age = max(now - _moment(each), timedelta())
    return MOST_FOR_RECENCY * 0.5 ** (age / HALF_LIFE)


def _discussion(comments: int) -> float:
    return min(MOST_FOR_DISCUSSION, log2(1 + comments) / 2)


def _moment(each: Story) -> datetime:
    return each.published_at or each.created_at


def _chosen(first: list[Story], rest: list[Story], limit: int) -> list[Story]:
    """`first`, then of the rest what fits: no address twice, of one series at most half of the box."""
    chosen = list(first)
    series = Counter(series_of(each.title) for each in chosen)
    addresses = {each.url for each in chosen}
    for each in rest:
        name = series_of(each.title)
        if len(chosen) >= limit:
            break
        if each.url in addresses or (name and series[name] >= max(1, limit // 2)):
            continue
        chosen.append(each)
        addresses.add(each.url)
        series[name] += 1
    return chosen


def series_of(title: str) -> str:
    """What the titles of a series have in common: what stands before a colon, a dash or a number; else "".

    `Letters from Hasaka: the well` and `LETTERS FROM HASAKA 12` are of one series.
    """
    end = _SERIES_ENDS.search(title)
    letters = "".join(char for char in title[: end.start()].casefold() if char.isalpha()) if end else ""
    return letters if len(letters) >= _LETTERS_OF_SERIES else ""
