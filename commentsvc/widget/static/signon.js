// Who the publisher says is reading: their token is changed for one of ours, which lasts as long as this page.

import { write } from "./api.js";

/** @typedef {{token: string, expires_at: string, name: string}} Session */

/** Long enough for a comment to be sent. */
const LEFT_MS = 60_000;

/** By site and, where it is an attribute, by token: another one is another reader. @type {Map<string, Session>} */
const sessions = new Map();

/**
 * @param {{element: any, site: string}} house the thread, with its attribute `token` or its callback `getToken`
 * @returns {Promise<Session|null>} null: nobody is signed on
 * @throws {import("./api.js").Problem}
 */
export async function session({ element, site }) {
  const given = element.getAttribute("token");
  const key = `${site} ${element.getToken ? "" : given}`;
  const known = sessions.get(key);
  if (known && Date.parse(known.expires_at) > Date.now() + LEFT_MS) return known;
  const token = element.getToken ? await element.getToken() : given;
  if (!token) return null;
  const made = await write("sessions", { site, token }, {});
  sessions.set(key, made);
  return made;
}
