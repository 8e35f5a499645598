// The reader comes from the page that confirmed their address: its code is changed for a token that knows them here.

import { onlyProblems, write } from "./api.js";
import { words } from "./words.js";

/** @param {import("./actions.js").House} house */
export async function know({ site, memory, say }) {
  const code = location.hash.split("=")[1];
  // It works once, and nobody needs to see it.
  history.replaceState(history.state, "", location.pathname + location.search);
  const answer = await write("sessions", { site, code }, {}).catch(onlyProblems);
  if (!answer) return say(words.notKnown);
  const { token, comments } = answer;
  // The receipts of what was written before the address was confirmed are worth nothing any more.
  for (const id of comments) memory.update(id, { token });
  const { person, remembered } = memory;
  memory.keep(person, { id: "me", token, editable_until: "", email: person.email ?? "", story: "" }, remembered);
  say(words.known);
}
