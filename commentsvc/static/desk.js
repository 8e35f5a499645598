// Ticking: one box for all comments of the page, a whole range with Shift, then all that match on every page.
// Everything here works without a script too.

for (const all of document.querySelectorAll("input[data-ticks]")) {
  const boxes = [...document.querySelectorAll(`input[type=checkbox][name="${all.dataset.ticks}"]`)];
  const usable = () => boxes.filter((box) => !box.disabled); // not what a colleague decided on meanwhile
  const every = all.form.elements.matching;
  let last = null;
  const show = () => {
    const ticked = usable().filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === usable().length;
    all.indeterminate = ticked > 0 && !all.checked;
    if (every) offer(every, all.checked);
  };
  const range = (box, event) => {
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      const between = usable().filter((each) => from <= boxes.indexOf(each) && boxes.indexOf(each) <= to);
      between.forEach((each) => (each.checked = box.checked));
    }
    last = box;
    show();
  };
  all.addEventListener("change", () => {
    usable().forEach((box) => (box.checked = all.checked));
    show();
  });
  boxes.forEach((box) => box.addEventListener("click", (event) => range(box, event)));
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
