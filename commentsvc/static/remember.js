// Keeps name, email and website in this browser for those who tick the box under the form; unticking forgets them.

const FIELDS = ["name", "email", "website"];

for (const form of document.querySelectorAll("form[data-remember]")) remember(form);

/** @param {HTMLFormElement} form */
function remember(form) {
  const key = `commentsvc:form:${form.dataset.remember}`;
  fill(form, recall(key));
  form.elements.save.addEventListener("change", () => form.elements.save.checked || forget(key));
  form.addEventListener("submit", () => form.elements.save.checked && keep(key, form));
}

/** What a reader typed just now stays; only empty fields are filled. @param {HTMLFormElement} form */
function fill(form, kept) {
  if (!kept) return;
  form.elements.save.checked = true;
  for (const name of FIELDS) form.elements[name].value ||= kept[name] ?? "";
}

function keep(key, form) {
  const person = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
  attempt(() => localStorage.setItem(key, JSON.stringify(person)));
}

function forget(key) {
  attempt(() => localStorage.removeItem(key));
}

function recall(key) {
  return attempt(() => JSON.parse(localStorage.getItem(key) ?? "null"));
}

/** A browser that refuses to store (private window, full storage) shows the form as if nobody had ticked the box. */
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
