// Deciding on all that matches goes on by itself, step after step; "Stop here" ends it. Without a script the page has
// a button for the rest.

const STEP = 100;
const form = document.querySelector("form[data-steps]");
const number = (value) => value.toLocaleString("en");

function show(progress) {
  const bar = document.getElementById("progress");
  const done = progress.count - progress.remaining;
  bar.value = done;
  bar.labels[0].textContent = `${number(done)} of ${number(progress.count)} are done`;
  for (const each of document.querySelectorAll("[data-number]")) {
    each.textContent = number(progress[each.dataset.number]);
  }
}

async function step() {
  const sent = new FormData(form);
  sent.set("most", STEP);
  const headers = { Accept: "application/json" };
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), headers });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  return answer.json();
}

/** The page of the result, as it stands: its numbers, what went wrong, the way back. */
function finish(progress) {
  const address = new URL(form.action);
  address.pathname += "/result";
  address.searchParams.set("batch", progress.batch);
  address.searchParams.set("snapshot", progress.snapshot);
  location.replace(address);
}

async function goOn() {
  const said = document.getElementById("said");
  const [send, stop] = form.querySelectorAll("button");
  let stopped = false;
  let quarter = 0;
  send.hidden = true;
  stop.hidden = false;
  stop.addEventListener("click", () => (stopped = true));
  try {
    for (;;) {
      const progress = await step();
      show(progress);
      form.elements.snapshot.value = progress.snapshot;
      if (!progress.remaining) return finish(progress);
      const reached = Math.floor((4 * (progress.count - progress.remaining)) / progress.count);
      if (reached > quarter) said.textContent = document.getElementById("progress").labels[0].textContent;
      quarter = reached;
      if (stopped) break;
    }
    said.textContent = "Stopped.";
  } catch {
    said.textContent = "The service did not answer as expected. What is shown here is done; go on when you like.";
    said.classList.remove("unseen");
  }
  send.hidden = false;
  stop.hidden = true;
  send.focus();
}

if (form?.dataset.steps === "on") {
  goOn();
} else if (form) {
  const most = Object.assign(document.createElement("input"), { type: "hidden", name: "most", value: STEP });
  form.append(most); // the first step is short: the page of the result, which goes on, is there at once
}
