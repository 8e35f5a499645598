"""Time and growth of rendering, by pattern: `python -m tests.benchmarks.bench_html`."""

from commentsvc.core.html import plain_tree, render, to_tree
from tests.core.hostile import best_of_three, hostile_texts

ORDINARY = (
    "I was at the meeting and it was *nothing* like the article says. The mayor spoke for an hour & nobody "
    "asked about the money.\n\n> The council has answered every question.\n\nIt has not: see "
    "https://example.com/minutes and the letter of 12 March. "
)


def main():
    ordinary = {f"ordinary, {size} characters": (ORDINARY * 50)[:size].strip() for size in (500, 2_000, 10_000)}
    plain = {"only words, 500 characters": ("Just words and words, no marks at all here. " * 20)[:500]}
    print(f"{'pattern':<36}{'render ms':>10}{'tree ms':>10}{'growth':>8}  only paragraphs")
    for name, text in (ordinary | plain | hostile_texts(10_000)).items():
        written = render(text)
        times = f"{best_of_three(render, text) * 1000:10.2f}{best_of_three(to_tree, text) * 1000:10.2f}"
        only_paragraphs = "yes" if written.tree == plain_tree(text) else ""
        print(f"{name:<36}{times}{len(written.html) / len(text):8.2f}  {only_paragraphs}")


if __name__ == "__main__":
    main()
