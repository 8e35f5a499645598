"""Main-thread time of the widget's list in Chromium: `python -m tests.benchmarks.bench_drawing`.

Drawn means: nodes made, put into the page, styled and laid out. The limit: 100 comments in 50 ms on two cores. Time on
the clock, and time of the processor, which other work on the machine does not change.
"""

from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.browser.widget import CHROMIUM, Handler, Host, HostHandler, Service, comment, serve

PREPARE = """async (address) => {
  const { CommentList } = await import(address + "/embed/list.js");
  const { threadSheets } = await import(address + "/embed/style.js");
  const root = document.body.appendChild(document.createElement("div")).attachShadow({ mode: "open" });
  root.adoptedStyleSheets = threadSheets;
  const list = new CommentList({ reply: () => {}, moreReplies: () => {}, mute: () => {}, isMuted: () => false });
  const section = root.appendChild(document.createElement("section"));
  section.append(list.element);
  let pages = 0;
  window.draw = (comments) => {
    const drawn = comments.map((one) => ({ ...one, id: `${pages}-${one.id}` }));
    pages += 1;
    const start = performance.now();
    list.append(drawn);
    section.getBoundingClientRect();
    return performance.now() - start;
  };
}"""
PARTS = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
TEXT = "The road was open on Monday, but by Thursday the water had come up to the second bridge, and nobody would say when."


def conversation(number: int, replies: int) -> dict:
    tree = [
        ["p", TEXT],
        ["p", "See ", ["a", {"href": "https://example.com/"}, "the survey"], " of ", ["em", "2024"], "."],
    ]
    below = [comment(f"{number}-{n}", parent=str(number), content=tree) for n in range(replies)]
    return comment(str(number), content=tree, replies=below, reply_count=replies, likes=number % 7)


def middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


def processor_ms(session: CDPSession) -> float:
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * sum(metrics[part] for part in PARTS)


def draw(page: Page, session: CDPSession, comments: list[Any]) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor."""
    before = processor_ms(session)
    clock = page.evaluate("draw", comments)
    return clock, processor_ms(session) - before


def measure(page: Page, host: Host) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    hundred, firsts = [conversation(number, 3) for number in range(25)], []
    for _ in range(7):
        page.goto(host.address)
        page.evaluate(PREPARE, host.service_url)
        firsts.append(draw(page, session, hundred))
    clock, processor = (middle([each[at] for each in firsts]) for at in (0, 1))
    print(f"100 comments, 25 with 3 replies each: {clock:.1f} ms on the clock, {processor:.1f} ms of the processor")
    twenty_five = [conversation(number, 0) for number in range(25)]
    pages = [draw(page, session, twenty_five)[1] for _ in range(400)]
    early, late = middle(pages[1:50]), middle(pages[-50:])
    print(f"25 more, of the processor: {early:.1f} ms on pages 2 to 50, {late:.1f} ms on pages 351 to 400")


def main() -> None:
    backend = serve(type("ServiceHandler", (Handler,), {"service": Service()}), "127.0.0.1")
    host = Host(f"http://localhost:{backend.server_port}/prefix")
    frontend = serve(type("PageHandler", (HostHandler,), {"host": host}), "127.0.0.1")
    host.address = f"http://127.0.0.1:{frontend.server_port}/news/hasaka"
    host.body = "<main></main>"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        measure(browser.new_page(), host)
        browser.close()


if __name__ == "__main__":
    main()
