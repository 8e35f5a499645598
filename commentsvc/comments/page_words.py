"""Every word of the readers' pages without JavaScript, in one place: `say` and `say_counted` in the templates.

A word may have parts in braces (`{name}`); what goes in is escaped. Those that count have a form for one and one for
more.
"""

from typing import Any

from markupsafe import Markup

WORDS: dict[str, str] = {
    "comments": "Comments",
    "no_comments": "No comments yet",
    "no_comments_of_author": "No comments yet.",
    "back_to_article": "Back to the article",
    "the_article": "The article",
    "an_article": "an article",
    "all_comments": "All comments",
    "the_comment": "The comment",
    "sort_by": "Sort by",
    "sort_oldest": "Oldest",
    "sort_newest": "Newest",
    "sort_liked": "Most liked",
    "sort": "Sort",
    "first_comments": "Back to the first comments",
    "more_comments": "Load more comments",
    "replies": "Replies",
    "replies_to": "Replies to {name}",
    "no_replies": "There are no replies here.",
    "more_replies": "More replies<span class='unseen'> to {name}</span>",
    "more_replies_here": "Load more replies",
    "feed_of_story": "Comments on {title}",
    "feed_of_site": "Comments on {title}",
    "feed_of_author": "Comments by {name}",
    "comment_on": "{name} on {title}",
    "reply": "Reply<span class='unseen'> to {name}</span>",
    "report": "Report<span class='unseen'> the comment of {name}</span>",
    "retracted": "This comment was taken back by its writer.",
    "removed": "This comment is not shown.",
    "a_gone_comment": "a comment that is gone",
    "closed": "Comments are closed.",
    "in_reply_to": "in reply to {name}",
    "edited": "edited",
    "website": "Website<span class='unseen'> of {name}</span>",
    "badge_author": "Author",
    "badge_staff": "Staff",
    "badge_moderator": "Moderator",
    "badge_picked": "Editors’ pick",
    "badge_pinned": "Pinned",
    "badge_locked": "Locked",
    "waiting": "Waiting for a moderator – only you can see this",
    "leave_a_comment": "Leave a comment",
    "reply_to": "Reply to {name}",
    "cancel_reply": "Cancel reply",
    "not_posted": "Your comment was not posted.",
    "not_posted_yet": "Your comment was not posted yet. Please look at:",
    "not_posted_title": "Not posted: {title}",
    "what_you_wrote": "What you wrote",
    "conversation_locked": (
        "The conversation you wanted to reply in is locked. You can still leave a comment of your own."
    ),
    "held_here": "A moderator reads every comment here before it appears.",
    "address_is_secret": "Your email address will not be published.",
    "required_fields": "Required fields are marked <span class='required'>*</span>",
    "saving_needs_javascript": "Saving needs JavaScript, which is switched off in this browser.",
    "post_comment": "Post Comment",
    "my_comments": "My comments",
    "sign_in_there": "Here you can comment once you are signed in, under the article itself.",
    "sign_in_with": "Sign in with {provider}",
    "sign_in_and_post_again": "Sign in with {provider} in a new tab, then post your comment again here",
    "sign_in_to_write": "Here you can comment once you are signed in.",
    "or_as_guest": "Or write without signing in:",
    "writing_as": "You write as {name}.",
    "report_title": "Report a comment",
    "report_what": "What is wrong with it?",
    "report_missing": "Say what is wrong with it.",
    "report_details": "Details",
    "report_details_hint": "What a moderator should know. Your report is not shown to anyone else.",
    "report_send": "Send the report",
    "report_not_sent": "Your report was not sent yet. Please look at:",
    "report_failed": "Your report was not sent.",
    "report_cancel": "Back to the comments",
    "report_received": "Thank you. A moderator will look at what you reported.",
    "reason_abuse": "Abuse or a personal attack",
    "reason_spam": "Spam or advertising",
    "reason_hate": "Hatred against a group of people",
    "reason_off_topic": "Off topic",
    "reason_misinformation": "False information",
    "reason_private_data": "Private data of somebody",
    "reason_illegal": "Against the law",
    "reason_other": "Something else",
    "here_since": "Here since {day}",
    "stories": "Stories",
    "untitled": "Untitled",
    "on": "On",
    "earlier_comments": "Earlier comments",
    "latest_comments": "Back to the latest comments",
    "subscribe": "Feed of these comments",
    "answers": "In reply to {name}:",
    "answers_gone": "In reply to a comment that is gone.",
}

# One, and more than one.
COUNTED: dict[str, tuple[str, str]] = {
    "comments": ("{number} comment", "{number} comments"),
    "likes": ("{number} like", "{number} likes"),
}


def say(key: str, **parts: Any) -> Markup:
    """A word, or a sentence with its parts filled in, each of them escaped. Raises KeyError for one there is not."""
    return Markup(WORDS[key]).format(**parts)  # noqa: S704 - the words are ours, and format escapes the parts


def say_counted(key: str, number: int) -> Markup:
    """A number of something."""
    one, more = COUNTED[key]
    return Markup(one if number == 1 else more).format(number=f"{number:,}")  # noqa: S704 - as above
