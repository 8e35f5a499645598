import json
import logging

import pytest

from commentsvc.core import html
from commentsvc.core.html import (
    ALLOWED,
    Rendered,
    plain_tree,
    render,
    safe_url,
    shown_in,
    text_of,
    to_html,
    to_tree,
)
from commentsvc.core.markup import judges
from commentsvc.core.text import Unreadable

REL = {"rel": "nofollow ugc noopener"}


def link(href, *children):
    return ["a", {"href": href} | REL, *children]


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("a\nb\n\n\nc", [["p", "a", ["br"], "b"], ["p", "c"]]),
        ("*a* _b_", [["p", ["em", "a"], " ", ["em", "b"]]]),
        ("**a** __b__", [["p", ["strong", "a"], " ", ["strong", "b"]]]),
        ("***a***", [["p", ["strong", ["em", "a"]]]]),
        ("**a *b***", [["p", ["strong", "a ", ["em", "b"]]]]),
        ("*a **b***", [["p", ["em", "a ", ["strong", "b"]]]]),
        ("~~a~~", [["p", ["del", "a"]]]),
        ("*a\nb*", [["p", ["em", "a", ["br"], "b"]]]),
        ("`a<b` ``c`d``", [["p", ["code", "a<b"], " ", ["code", "c`d"]]]),
        ("```python\nx = 1\n\n*y*\n```\nz", [["pre", ["code", "x = 1\n\n*y*"]], ["p", "z"]]),
        ("> a\n> b\n>\n> c\nd", [["blockquote", ["p", "a", ["br"], "b"], ["p", "c"]], ["p", "d"]]),
        ("> a\n>> b", [["blockquote", ["p", "a"], ["blockquote", ["p", "b"]]]]),
        ("- a\n* *b*", [["ul", ["li", "a"], ["li", ["em", "b"]]]]),
        ("1. a\n2. b\n- c", [["ol", ["li", "a"], ["li", "b"]], ["ul", ["li", "c"]]]),
        ("> - a", [["blockquote", ["ul", ["li", "a"]]]]),
        ("<b>a</b> <STRONG>b</Strong>", [["p", ["strong", "a"], " ", ["strong", "b"]]]),
        ("<i>a</i> <em>b</em>", [["p", ["em", "a"], " ", ["em", "b"]]]),
        ("<s>a</s> <del>b</del> <q>c</q>", [["p", ["del", "a"], " ", ["del", "b"], " ", ["q", "c"]]]),
        ("<code>a <b>b</b></code>", [["p", ["code", "a <b>b</b>"]]]),
        ("You: <blockquote>a\n\nb</blockquote> No.",
         [["p", "You: "], ["blockquote", ["p", "a"], ["p", "b"]], ["p", " No."]]),
    ],
)  # fmt: skip
def test_a_mark_becomes_its_node(typed, tree):
    assert to_tree(typed) == tree


@pytest.mark.parametrize(
    "typed",
    [
        "a<b", "a < b && c > d", "&lt;b&gt; &amp; &#60;", "x && y \"z\" 'w'",
        "snake_case_name and __init", "2*3*4 = 24, 5 * 6 * 7", "f**k this s**t", "****", "*", "a * * b",
        "*a", "a*",
        "`a", "``a`", "<b>a", "a</b>", "<b></b>", "<b> </b>", "<b class=x>a</b >", "< b>a</b>", "<u>a</u>",
        "<script>alert(1)</script>", "<a href=x>y</a>", "<br>", "~a~", "1984. What a year.", "2. b", "1.a",
        "-a",
        ">:(", ">", "```", "[a]", "[a](b)", "[a](javascript:alert(1))", "[a](/b)", "[a](//b.test)",
        "https://", "http://..", "www.", "http://user@ok.test/", "http://[::1]/", "ftp://ok.test",
        "javascript:1",
        "xhttps://ok.test", "me@www.ok.test", "ok.test", "<blockquote>", "</blockquote>",
        "<blockquote></blockquote>",
        "`<blockquote>a</blockquote>",
    ],
)  # fmt: skip
def test_what_is_no_mark_stays_text_exactly_as_typed(typed):
    assert to_tree(typed) == [["p", typed]]


@pytest.mark.parametrize(
    ("typed", "href", "shown"),
    [
        ("https://ok.test", "https://ok.test/", "https://ok.test"),
        ("HTTP://OK.test/A", "http://ok.test/A", "HTTP://OK.test/A"),
        ("www.ok.test/a?b#c", "https://www.ok.test/a?b#c", "www.ok.test/a?b#c"),
        ("https://ok.test:8080/a_b_c", "https://ok.test:8080/a_b_c", "https://ok.test:8080/a_b_c"),
        ("https://ok.test/a_(b)", "https://ok.test/a_(b)", "https://ok.test/a_(b)"),
        ("https://ok.test/?a=1&copy=2", "https://ok.test/?a=1&copy=2", "https://ok.test/?a=1&copy=2"),
        ("https://ok.test/it's", "https://ok.test/it%27s", "https://ok.test/it's"),
        (
            "https://m\u00fcller.test/\u00fc",
            "https://xn--mller-kva.test/%C3%BC",
            "https://m\u00fcller.test/\u00fc",
        ),
        ("[text](https://ok.test/)", "https://ok.test/", "text"),
        ("[text](www.ok.test)", "https://www.ok.test/", "text"),
        ("[a](https://ok.test/b_(c))", "https://ok.test/b_(c)", "a"),
        ("[ok.test](https://www.ok.test/a)", "https://www.ok.test/a", "ok.test"),
    ],
)
def test_an_address_becomes_a_link(typed, href, shown):
    assert to_tree(typed) == [["p", link(href, shown)]]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "."),
        ("(", ")"),
        ("see ", ", and"),
        ("[", "]"),
        ("\u201c", "\u201d!"),
        ("<", ">"),
        ("'", "'"),
        ("", "\u3002"),
    ],
)
def test_punctuation_around_an_address_stays_outside_the_link(before, after):
    tree = to_tree(f"{before}https://ok.test/a{after}")
    assert tree == [["p", *filter(None, [before, link("https://ok.test/a", "https://ok.test/a"), after])]]


def test_marks_may_stand_around_an_address():
    assert to_tree("**https://ok.test/**") == [["p", ["strong", link("https://ok.test/", "https://ok.test/")]]]


def test_a_link_may_hold_marks_but_no_second_link():
    assert to_tree("[*a* www.ok.test](https://ok.test)") == [
        ["p", link("https://ok.test/", ["em", "a"], " www.ok.test")]
    ]


@pytest.mark.parametrize(
    "label",
    [
        "bank.test",
        "https://bank.test/login",
        "bank\uff0etest",
        "bank\u3002test",
        "ba\u200bnk.te\u200bst",
        "go to BANK.test now",
    ],
)
def test_a_label_that_names_another_host_is_followed_by_the_real_one(label):
    assert to_tree(f"[{label}](https://evil.test/x)") == [["p", link("https://evil.test/x", label), " (evil.test)"]]


def test_a_host_in_mixed_scripts_is_followed_by_its_punycode():
    typed = "http://p\u0430ypal.test/"
    assert to_tree(typed) == [["p", link("http://xn--pypal-4ve.test/", typed), " (xn--pypal-4ve.test)"]]


def test_code_holds_no_links():
    assert to_tree("`https://ok.test`") == [["p", ["code", "https://ok.test"]]]


def test_quotes_nest_three_deep_and_no_deeper():
    tree = to_tree("> > > > > a")
    assert tree == [["blockquote", ["blockquote", ["blockquote", ["p", "> > a"]]]]]


def test_tagged_quotes_nest_three_deep_and_no_deeper():
    tree = to_tree("<blockquote>" * 4 + "a" + "</blockquote>" * 4)
    assert tree == [["blockquote", ["blockquote", ["blockquote", ["p", "<blockquote>a</blockquote>"]]]]]


def test_marks_nest_four_deep_and_no_deeper():
    tree = to_tree("<b><i><q><s><b>a</b></s></q></i></b>")
    assert tree == [["p", ["strong", ["em", ["q", ["del", "<b>a</b>"]]]]]]


def test_marks_beyond_the_cap_stay_text():
    written = render("*a* " * (html.MARKS_PER_TEXT + 1))
    assert written.html.count("<em>") == html.MARKS_PER_TEXT
    assert written.html.endswith("*a* </p>")


@pytest.mark.parametrize(
    "typed",
    [
        "see https://ok.test/a. And\n> quoted www.ok.test/b\n\n- [c](https://ok.test/c)\n",
        "<blockquote>x\nhttps://ok.test/d</blockquote> www.ok.test/e\n> > [*f*](http://ok.test)",
    ],
)
def test_link_spans_point_at_the_links_in_the_typed_text(typed):
    found = [typed[start:end] for start, end in render(typed).link_spans]
    assert [found] == [[word for word in FOUND if word in typed]]


FOUND = [
    "https://ok.test/a", "www.ok.test/b", "[c](https://ok.test/c)",
    "https://ok.test/d", "www.ok.test/e", "[*f*](http://ok.test)",
]  # fmt: skip


@pytest.mark.parametrize("padding", ["*a* " * 400, "& " * 3000, "a\n" * 1500])
def test_links_are_counted_even_where_none_is_written(padding):
    assert len(render(f"{padding}https://ok.test/").link_spans) == 1


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("a<b & \"c\" 'd' > e\xa0f", "<p>a&lt;b &amp; \"c\" 'd' &gt; e&nbsp;f</p>"),
        ("a\nb", "<p>a<br>b</p>"),
        ("https://ok.test/?a&b", '<p><a href="https://ok.test/?a&amp;b" rel="nofollow ugc noopener">'
                                 "https://ok.test/?a&amp;b</a></p>"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_is_written_with_escaping(typed, written):
    assert render(typed).html == written


@pytest.mark.parametrize(
    "node",
    [
        ["script", "x"],
        ["p", {"onclick": "x"}, "y"],
        ["a", {"href": "javascript:1"}, "x"],
        ["p", {"href": "https://x/"}],
    ],
)
def test_a_tree_with_anything_not_allowed_is_not_written(node):
    with pytest.raises(ValueError):
        to_html([node])


def test_every_allowed_tag_can_be_written_and_pleases_the_judges():
    typed = "*a* **b** ~~c~~ `d` <q>e</q> https://ok.test\nf\n\n> g\n\n- h\n\n1. i\n\n```\nj\n```"
    written = render(typed)
    assert written.tree == to_tree(typed)
    assert all(f"<{tag}" in written.html for tag in ALLOWED)


def test_a_tree_survives_json():
    tree = to_tree("*a* https://ok.test\nb")
    assert json.loads(json.dumps(tree)) == tree


def test_the_visible_text_of_a_tree_has_a_line_for_every_line():
    typed = "a *b*\nc\n\n> d\n\n- e\n- f\n\n```\ng\nh\n```\ni [j](https://ok.test)"
    assert text_of(to_tree(typed)) == "a b\nc\n\nd\n\ne\nf\n\ng\nh\n\ni j"


def test_the_plain_tree_has_every_character_as_typed():
    assert plain_tree("*a*\n<b>\n \n> c") == [["p", "*a*", ["br"], "<b>"], ["p", "> c"]]


@pytest.mark.parametrize("judge", [(judges.bleach, "clean"), (judges.nh3, "clean")])
@pytest.mark.parametrize("verdict", ["something else", None])
def test_a_judge_that_objects_or_fails_makes_the_text_plain(monkeypatch, caplog, judge, verdict):
    def object_or_fail(*_, **__):
        if verdict is None:
            raise RuntimeError
        return verdict

    monkeypatch.setattr(*judge, object_or_fail)
    assert render("*secret*") == Rendered([["p", "*secret*"]], "<p>*secret*</p>", ())
    assert f"{judge[0].__name__} objects" in caplog.text
    assert "secret" not in caplog.text


def test_a_text_too_costly_to_judge_is_kept_plain_without_a_warning(caplog):
    caplog.set_level(logging.WARNING)
    typed = "*a* " + "&" * 3000
    assert render(typed).tree == plain_tree(typed)
    assert not caplog.records


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\r", "\x85", "\ud800", "\ufffe"])
def test_text_that_was_not_cleaned_is_refused(char):
    with pytest.raises(Unreadable):
        render(f"a{char}b")


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("example.com", "https://example.com/"),
        (" HTTP://Example.COM ", "http://example.com/"),
        ("example.com:8080/a?b#c", "https://example.com:8080/a?b#c"),
        ("http://localhost/", "http://localhost/"),
        ("https://ok.test?a", "https://ok.test/?a"),
        ("https://ok.test/@name", "https://ok.test/@name"),
        ("https://ok.test/%20\u00e9{}", "https://ok.test/%20%C3%A9%7B%7D"),
        ("m\u00fcller.test", "https://xn--mller-kva.test/"),
        ("https://ok.test/" + "a" * 1984, "https://ok.test/" + "a" * 1984),
        ("https://ok.test/" + "a" * 1985, None),
        ("https://ok.test/" + "\u00e9" * 400, None),
        ("https://ok.test:65536/", None),
        ("https://ok.test:/", None),
        ("https://user:pass@ok.test/", None),
        ("https://-ok.test/", None),
        ("https://ok..test/", None),
        ("http://192.0.2.1/", "http://192.0.2.1/"),
        ("http://192.0.2.256/", None),
        ("http://0.xn--4db/", None),
        ("www.1", None),
        ("http://\uff11\uff12\uff17.0.0.1/", "http://127.0.0.1/"),
        ("https://xn--mller-kva.test/", "https://xn--mller-kva.test/"),
        ("https://xn--a.test/", None),
        ("https://" + "a." * 130 + "test/", None),
        ("https://[::1]/", None),
        ("https:///a", None),
        ("https:/ok.test", None),
        ("https:ok.test", None),
        ("//ok.test", None),
        ("/a", None),
        ("?a=b", None),
        ("localhost", None),
        ("localhost:80", None),
        ("mailto:a@ok.test", None),
        ("tel:123", None),
        ("javascript:123", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://ok.test/", None),
        ("https://ok.test/a b", None),
        ("https://ok.test/a\\b", None),
        ('https://ok.test/"b', None),
        ("https://ok.test/<b>", None),
        ("https://ok.test/`b`", None),
        ("https://ok.test/\x00", None),
        ("https://ok.test/\u2028a", None),
        ("https://ok.test/\u202egpj.exe", None),
        ("https://ok.test/\ud800", None),
        ("\u017f://ok.test", None),
        ("", None),
    ],
)
def test_an_address_is_made_absolute_or_refused(raw, url):
    assert safe_url(raw) == url


@pytest.mark.parametrize(
    ("typed", "seen", "at"),
    [
        ("A <b>swin</b>dle", "swindle", (5, 16)),
        ("sw`in`dle", "swindle", (0, 9)),
        ("[swin](https://x.example)dle", "swindle", (1, 28)),
        ("<i>swin</i><b>dle</b>", "swindle", (3, 17)),
        ("> one\n> **s**windle", "one\n**s**windle", (2, 19)),
        ("- one\n- <b>s</b>windle", "swindle", (11, 22)),
        ("[Herald](https://evil.example/) <b>s</b>windle", "swindle", (35, 46)),
    ],
)
def test_what_readers_see_knows_where_it_was_typed(typed, seen, at):
    shown = shown_in(typed)
    start = shown.text.index(seen)
    assert shown.typed(start, start + len(seen)) == at


def test_a_text_without_marks_is_seen_as_typed():
    assert shown_in("One.\n\nTwo\nthree, 2 * 3 * 4.") is None
