"""Reading and using the pages of the desk as a browser does."""

from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import csrf_token


def parsed(page: str) -> Element:
    """The tree a browser makes of a page."""
    return html5lib.parse(page, namespaceHTMLElements=False)


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def by_class(root: Element, name: str) -> list[Element]:
    return [each for each in root.iter() if name in (each.get("class") or "").split()]


def skeleton(root: Element) -> list[tuple[str, ...]]:
    """Elements and the names of their attributes in the order of the document: all that a template wrote itself.

    Which option is selected is left out: it says what the page is about.
    """
    return [(str(each.tag), *sorted(set(each.attrib) - {"selected"})) for each in root.iter()]


def addresses(root: Element) -> set[str]:
    """Where the page leads or what it loads."""
    return {
        each.get(name) or ""
        for each in root.iter()
        for name in ("href", "src", "action", "formaction", "srcset")
        if name in each.attrib
    }


class Browser:
    """Somebody signed in at the desk."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def see(self, path: str = "/desk") -> Element:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        return parsed(answer.get_data(as_text=True))

    def cards(self, path: str = "/desk") -> dict[int, Element]:
        return {int(card.get("id").removeprefix("card-")): card for card in by_class(self.see(path), "card")}

    def press(self, form: Element, button: str | None = None, **filled: Any) -> TestResponse:
        """Send a form of a page as it stands there, with what was filled in and the button pressed."""
        data: dict[str, Any] = {}
        for field in form.iter():
            if field.tag in ("input", "textarea", "select") and field.get("name") and field.get("type") != "checkbox":
                data[field.get("name")] = _standing_in(field)
        if button:
            pressed = next(each for each in form.iter("button") if each.get("value") == button)
            data[pressed.get("name")] = button
        return self.client.post(form.get("action"), data={**data, **filled})

    def send(self, path: str, **data: Any) -> TestResponse:
        """Send what no form of a page would."""
        token = csrf_token(self.client.get("/desk").get_data(as_text=True))
        return self.client.post(path, data={"csrf_token": token, **data})

    def told(self, path: str = "/desk") -> str:
        """What the page says happened."""
        return " ".join(text_of(each) for each in by_class(self.see(path), "flash"))


def _standing_in(field: Element) -> str:
    if field.tag == "textarea":
        return "".join(field.itertext())
    if field.tag == "select":
        options = list(field.iter("option"))
        chosen = next((each for each in options if "selected" in each.attrib), options[0])
        return chosen.get("value", text_of(chosen))
    return field.get("value") or ""


def form_to(root: Element, path: str) -> Element:
    """The form of a page that is sent to this address."""
    return next(form for form in root.iter("form") if urlsplit(form.get("action") or "").path == path)


def has_form_to(root: Element, path: str) -> bool:
    return any(urlsplit(form.get("action") or "").path == path for form in root.iter("form"))
