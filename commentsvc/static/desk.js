// Ticking: one box for all comments of the page, a whole range with Shift, then all that match on every page.
// Everything here works without a script too.

const all = document.querySelector("input[data-ticks]");
let last = null; // the box that a range begins at

/** The boxes there are now, without those of comments that a colleague decided on meanwhile. */
const boxes = () => [...document.querySelectorAll(`input[type=checkbox][name="${all.dataset.ticks}"]:enabled`)];

function show() {
  const ticked = boxes().filter((box) => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
  if (all.form.elements.matching) offer(all.form.elements.matching, all.checked);
}

function range(box) {
  const [from, to] = [boxes().indexOf(last), boxes().indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) boxes().slice(from, to + 1).forEach((each) => (each.checked = box.checked));
}

document.addEventListener("click", (event) => {
  if (!all || !event.target.matches(`input[name="${all.dataset.ticks}"]`)) return;
  if (event.shiftKey && last) range(event.target);
  last = event.target;
  show();
});

if (all) {
  all.addEventListener("change", () => {
    boxes().forEach((box) => (box.checked = all.checked));
    show();
  });
  show(); // a browser that goes back in its history keeps the ticks
  all.closest("[hidden]").hidden = false;
}

/** Once the page is ticked: all that match, and how many they are at this moment. */
async function offer(every, isOffered) {
  const label = every.closest("label");
  if (label.hidden === !isOffered) return;
  label.hidden = !isOffered;
  if (!isOffered) return void (every.checked = false);
  const answer = await fetch(every.dataset.count + location.search).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // the words without a number stay true
  const { count } = await answer.json();
  label.querySelector("span").textContent = `All ${count.toLocaleString("en")} comments that match`;
}
