// One box that ticks all comments of the page. Everything else on the desk works without a script.

for (const all of document.querySelectorAll("input[data-ticks]")) {
  const boxes = [...document.querySelectorAll(`input[type=checkbox][name="${all.dataset.ticks}"]`)];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) => box.addEventListener("change", show));
  show(); // a browser that goes back in its history keeps the ticks
  all.closest("[hidden]").hidden = false;
}
