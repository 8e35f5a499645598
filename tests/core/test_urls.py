"""When two addresses name the same article, and what an origin is."""

import pytest

from commentsvc.core.urls import KEY_LENGTH, WrongUrl, origin_of, url_key

ARTICLE = "https://news.example/world/harbour"


@pytest.mark.parametrize("written", [
    "http://news.example/world/harbour",
    "HTTPS://News.Example/world/harbour",
    "https://news.example:443/world/harbour",
    "http://news.example:80/world/harbour",
    "https://news.example./world/harbour",
    "https://news.example/world/harbour/",
    "https://news.example//world///harbour",
    "https://news.example/world/harbour#comments",
    "https://news.example/world/harbour?",
    "https://news.example/world/harbour?#",
    "https://news.example/world/harbour?utm_source=letter&utm_medium=email&UTM_Campaign=x",
    "https://news.example/world/harbour?fbclid=1&gclid=2&msclkid=3&mc_cid=4&mc_eid=5&igshid=6",
    "https://news.example/world/harbour/?utm_source=letter#top",
    "https://news.example/worl%64/h%61rbour",
    "https://news.example/%77orld/harbour",
])  # fmt: skip
def test_one_article_written_in_many_ways(written):
    assert url_key(written) == url_key(ARTICLE)


@pytest.mark.parametrize("other", [
    "https://www.news.example/world/harbour",
    "https://news.example:8443/world/harbour",
    "https://news.example/world/Harbour",
    "https://news.example/world%2Fharbour",
    "https://news.example/world/harbour?id=1",
    "https://news.example/world/harbour.html",
    "https://news.example/harbour",
    "https://news.example",
    "http://news.example:443/world/harbour",
])  # fmt: skip
def test_another_article(other):
    assert url_key(other) != url_key(ARTICLE)


@pytest.mark.parametrize(("one", "other"), [
    ("https://news.example/~mina", "https://news.example/%7Emina"),
    ("https://news.example/caf%c3%a9", "https://news.example/café"),
    ("https://news.example/a%2fb", "https://news.example/a%2Fb"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    ("https://straße.example/a", "https://xn--strae-oqa.example/a"),
    ("https://BÜCHER.example/a", "https://bücher.example/a"),
    ("https://news.example/?q=a+b", "https://news.example/?q=a%20b"),
    ("https://news.example/?q=%C3%A9", "https://news.example/?q=é"),
    ("https://news.example/?id=1&utm_source=x&page=2", "https://news.example/?id=1&page=2"),
    ("https://news.example/", "https://news.example"),
    ("https://[2001:DB8::1]/a", "https://[2001:db8::1]:443/a"),
])  # fmt: skip
def test_one_article_in_two_spellings(one, other):
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(("one", "other"), [
    ("https://news.example/?a=1&b=2", "https://news.example/?b=2&a=1"),  # the order may mean something
    ("https://news.example/?a=1&a=2", "https://news.example/?a=1"),
    ("https://news.example/?q=a%26b=c", "https://news.example/?q=a&b=c"),
    ("https://news.example/?q=%E4", "https://news.example/?q=%F6"),  # no UTF-8, but two letters
    ("https://news.example/a%3Fb", "https://news.example/a?b"),
    ("https://news.example/a%23b", "https://news.example/a"),
    ("https://news.example/100%25", "https://news.example/100"),
    ("https://straße.example/a", "https://strasse.example/a"),
    ("https://news.example/?my_utm_source=x", "https://news.example/"),
    ("https://news.example/?gclidx=x", "https://news.example/"),
])  # fmt: skip
def test_two_articles_whose_addresses_look_alike(one, other):
    assert url_key(one) != url_key(other)


def test_a_key_is_its_own_key():
    key = url_key("https://News.example//a%7eb/?q=%c3%a9&utm_source=x#y")
    assert url_key(f"https://{key}") == key


@pytest.mark.parametrize("none", [
    "",
    "news.example/a",
    "/world/harbour",
    "//news.example/a",
    "javascript:alert(1)",
    "ftp://news.example/a",
    "file:///etc/passwd",
    "https://",
    "https:///a",
    "https://user@news.example/",
    "https://user:word@news.example/",
    "https://news.example\\@evil.example/",
    "https://news example/",
    "https://news.example/a b",
    "https://news.example/a\nb",
    "https://news.example/\x00",
    "https://news.example:99999/",
    "https://news.example:port/",
    "https://[::1/",
    "https://a..b/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "ä" * 300 + ".example/",
    "https://news.example/" + "a" * 2000,
])  # fmt: skip
def test_what_is_no_address_of_an_article(none):
    with pytest.raises(WrongUrl):
        url_key(none)


@pytest.mark.parametrize("tail", ["ü" * 1000, "?q=" + "/" * 1900])
def test_what_percent_encoding_makes_too_long_for_the_database_is_refused(tail):
    with pytest.raises(WrongUrl):
        url_key(f"https://news.example/{tail}")


def test_a_long_address_has_a_key_that_fits():
    assert len(url_key("https://news.example/" + "a" * 1970)) <= KEY_LENGTH


@pytest.mark.parametrize(("address", "origin"), [
    ("https://news.example", "https://news.example"),
    ("https://News.Example/a/b?c#d", "https://news.example"),
    ("https://news.example:443/", "https://news.example"),
    ("http://news.example:80/", "http://news.example"),
    ("http://news.example:443/", "http://news.example:443"),
    ("http://localhost:5000/", "http://localhost:5000"),
    ("https://bücher.example/", "https://xn--bcher-kva.example"),
    ("https://straße.example/", "https://xn--strae-oqa.example"),
    ("http://[::1]:5000/a", "http://[::1]:5000"),
    ("https://my_paper.example/", "https://my_paper.example"),
])  # fmt: skip
def test_an_origin_is_what_a_browser_calls_it(address, origin):
    assert origin_of(address) == origin
