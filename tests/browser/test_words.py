"""The words of the elements in every language, read by the browser that shows them."""

import pytest

from commentsvc.widget.files import HERE, release
from tests.browser.widget import IN_A_BROWSER, browser, comment, host, page, service, until  # noqa: F401

pytestmark = IN_A_BROWSER

LANGUAGES = [name for name in release(HERE / "static").languages if name != "en"]

# What a file has: its keys, nested ones with a dot, and for every text with plurals the forms it gives.
LOOK = """async (url) => {
  const { default: words, signing } = await import(url);
  const given = new Map();
  let current = "";
  const say = {
    plural: (count, forms) => (given.set(current, Object.keys(forms).sort()), ""),
    number: String, weekday: String, hour: String,
  };
  const keys = [], found = words(say);
  for (const [key, value] of Object.entries(found)) {
    if (typeof value === "object") for (const inner of Object.keys(value)) keys.push(`${key}.${inner}`);
    else keys.push(key);
    current = key;
    if (typeof value === "function") value(7, 7);
  }
  keys.push(...Object.keys(signing).map((key) => `signing.${key}`));
  return { keys: keys.sort(), plurals: Object.fromEntries(given), empty: keys.filter((key) => found[key] === "") };
}"""


@pytest.fixture(scope="module")
def looked(browser):  # noqa: F811
    """What every file has, by language."""
    page = browser.new_context().new_page()  # noqa: F811
    page.route("**/*", lambda route: route.fulfill(**answer(route.request.url)))
    page.goto("http://words.test/")
    yield {name: page.evaluate(LOOK, f"http://words.test/{name}.js") for name in ["en", *LANGUAGES]}
    page.context.close()


def answer(url: str) -> dict:
    name = url.rsplit("/", 1)[1]
    body = (HERE / "static" / "words" / name).read_text() if name else ""
    return {"body": body, "content_type": "text/javascript" if name else "text/html"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_lacks_no_words_and_has_none_too_many(looked, language):
    wanted, there = looked["en"]["keys"], looked[language]["keys"]
    assert {"missing": sorted(set(wanted) - set(there)), "unknown": sorted(set(there) - set(wanted))} == {
        "missing": [],
        "unknown": [],
    }


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_a_language_has_every_plural_form_that_its_numbers_have(looked, browser, language):  # noqa: F811
    page = browser.new_page()  # noqa: F811
    forms = page.evaluate("(tag) => new Intl.PluralRules(tag).resolvedOptions().pluralCategories.sort()", language)
    page.close()
    assert looked[language]["plurals"] == dict.fromkeys(looked["en"]["plurals"], forms)


ARABIC = {0: "لا توجد تعليقات", 1: "تعليق واحد", 2: "تعليقان", 3: "٣ تعليقات", 11: "١١ تعليقًا", 100: "١٠٠ تعليق"}


def test_arabic_has_six_ways_to_count(page, host, service):  # noqa: F811
    host.html = '<html lang="ar-EG" dir="rtl">'
    host.body = "".join(f'<comment-count site="demo" story="{count}"></comment-count>' for count in ARABIC)
    service.get = lambda path, query: (200, {"counts": {str(count): count for count in ARABIC}})
    page.goto(host.address)
    said = "[...document.querySelectorAll('comment-count')].map((one) => one.shadowRoot?.textContent)"
    until(page, f"{said}.every((text) => text)")
    assert page.evaluate(said) == list(ARABIC.values())


@pytest.mark.parametrize(
    ("html", "tag", "heading"),
    [
        ('<html lang="en">', 'lang="tr"', "1 yorum"),
        ('<html lang="de-AT">', "", "1 Kommentar"),
        ('<html lang="fr"><!-- -->', "", "1 commentaire"),
        ('<html lang="nl">', "", "1 comentario"),
        ("<html>", "", "1 comentario"),
    ],
)
def test_the_elements_attribute_then_the_page_then_the_browser_chooses(browser, host, service, html, tag, heading):  # noqa: F811
    service.comments = [comment("1")]
    host.html, host.body = html, f'<comment-thread site="demo" story="a" {tag}></comment-thread>'
    context = browser.new_context(locale="es-MX")
    page = context.new_page()  # noqa: F811
    page.goto(host.address)
    page.get_by_role("heading", name=heading).wait_for()
    context.close()


def test_a_browser_of_a_language_without_words_reads_english(browser, host, service):  # noqa: F811
    service.comments = [comment("1")]
    host.html = "<html>"
    context = browser.new_context(locale="nl-NL")
    page = context.new_page()  # noqa: F811
    page.goto(host.address)
    page.get_by_role("heading", name="1 comment").wait_for()
    context.close()


def test_only_one_language_is_loaded(page, host, service):  # noqa: F811
    loaded = []
    page.on("request", lambda request: "/words/" in request.url and loaded.append(request.url.rsplit("/", 1)[1]))
    host.html = '<html lang="de">'
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_role("heading", name="1 Kommentar").wait_for()
    assert loaded == ["de.js"]


def test_the_thread_asks_the_service_once(page, host, service):  # noqa: F811
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_role("heading", name="1 comment").wait_for()
    assert [asked for asked in service.asked if asked.startswith("thread")] == ["thread?site=demo&story=hasaka"]


def test_debug_says_which_policy_forbids_the_service(browser, host, service):  # noqa: F811
    assert "Content-Security-Policy forbids it" in heard_under(browser, host, "connect-src 'none'")


def test_debug_says_that_the_service_is_not_there(browser, host, service):  # noqa: F811
    assert "cannot be reached" in heard_under(browser, host, "", failing=True)


def test_debug_names_a_site_that_nobody_knows(browser, host, service):  # noqa: F811
    service.get = lambda path, query: (404, {"code": "unknown_site", "detail": "There is no such site."})
    assert "The service knows no site “demo”" in heard_under(browser, host, "")


def heard_under(browser, host, more: str, *, failing: bool = False) -> str:  # noqa: F811
    """What the console hears on a page with one more rule in its policy, or whose calls do not get through."""
    allowed = host.policy().replace("connect-src", "x-was") if more else host.policy()
    host.policy = lambda: f"{allowed}; {more}" if more else allowed
    context = browser.new_context()
    page = context.new_page()  # noqa: F811
    heard: list[str] = []
    page.on("console", lambda message: message.type == "warning" and heard.append(message.text))
    if failing:
        page.route("**/api/**", lambda route: route.abort())
    page.goto(f"{host.address}?debug")
    for _ in range(100):
        if any("[commentsvc]" in line for line in heard):
            break
        page.wait_for_timeout(50)
    context.close()
    return " ".join(heard)
