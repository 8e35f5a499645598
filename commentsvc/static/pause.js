// A reminder to take a break, for whoever asked for one.

import { say } from "./cards.js";

const place = document.querySelector(".pause");
const SHIFT = "commentsvc:shift";
let began = Date.now();

try {
  began = Number(sessionStorage.getItem(SHIFT)) || began;
} catch {
  // a browser that keeps nothing counts from the page
}

function begin(at) {
  began = at;
  try {
    sessionStorage.setItem(SHIFT, at);
  } catch {
    // as above
  }
}

function remind() {
  if (place.hasChildNodes() || Date.now() - began < place.dataset.minutes * 60_000) return;
  const words = document.createElement("p"), button = document.createElement("button");
  words.textContent = `You have been at this for ${place.dataset.minutes} minutes. Take a break; the queue can wait.`;
  button.type = "button";
  button.textContent = "Dismiss";
  button.addEventListener("click", () => (place.replaceChildren(), begin(Date.now())));
  place.replaceChildren(words, button);
  say(words.textContent);
}

begin(began);
remind();
setInterval(remind, 15_000);
