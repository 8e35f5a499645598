// Proof of work: solves a challenge of the service without a word, in slices so short that the page stays quick.
//
// SHA-256 is written out here, for crypto.subtle is missing on pages without https and its calls cost more than the sum.

import { read } from "./api.js";

/** A frame has 16 ms; the page needs some of them. */
const SLICE_MS = 8;

const PRIMES = Array.from({ length: 312 }, (_, number) => number).filter(isPrime);
/** The first bits behind the point of the primes' roots (FIPS 180-4, sections 4.2.2 and 5.3.3). */
const ROUNDS = Int32Array.from(PRIMES, (prime) => (Math.cbrt(prime) % 1) * 2 ** 32);
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => (Math.sqrt(prime) % 1) * 2 ** 32);
const schedule = new Int32Array(64);
const state = new Int32Array(8);

/** @param {number} number */
function isPrime(number) {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return number > 1;
}

/**
 * A new challenge of a site, solved: what goes into the field `challenge` of a comment.
 * @param {string} site
 * @returns {Promise<string>}
 * @throws {import("./api.js").Problem}
 */
export async function proof(site) {
  const { algorithm, challenge, maxNumber, salt, signature } = await read("challenge", { site });
  const number = await solve(salt, challenge, maxNumber);
  return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
}

/**
 * The number that, behind the salt, has the hash that is looked for; -1 if there is none.
 * @param {string} salt ASCII
 * @param {string} hash in hex
 * @param {number} most the largest number to try
 */
export async function solve(salt, hash, most) {
  const wanted = Int32Array.from({ length: 8 }, (_, word) => Number.parseInt(hash.slice(word * 8, word * 8 + 8), 16));
  for (let number = 0; number <= most; await pause()) {
    const until = performance.now() + SLICE_MS;
    while (number <= most && performance.now() < until) {
      for (const end = Math.min(number + 100, most + 1); number < end; number++) {
        if (fits(salt + number, wanted)) return number;
      }
    }
  }
  return -1;
}

/** Not setTimeout, which waits 4 ms each time. @returns {Promise<void>} */
function pause() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), resolve());
    port2.postMessage(0);
  });
}

/** @param {string} text @param {Int32Array} wanted */
function fits(text, wanted) {
  const blocks = (text.length + 72) >> 6;
  state.set(START);
  for (let block = 0; block < blocks; block++) {
    for (let word = 0; word < 16; word++) {
      const at = block * 64 + word * 4;
      schedule[word] = (byte(text, at) << 24) | (byte(text, at + 1) << 16) | (byte(text, at + 2) << 8) | byte(text, at + 3);
    }
    if (block === blocks - 1) schedule[15] = text.length * 8;
    compress();
  }
  return state[0] === wanted[0] && state.every((word, place) => word === wanted[place]);
}

/** @param {string} text @param {number} at */
function byte(text, at) {
  return at < text.length ? text.charCodeAt(at) : at === text.length ? 0x80 : 0;
}

/** One block of 64 bytes (FIPS 180-4, section 6.2.2). */
function compress() {
  for (let round = 16; round < 64; round++) {
    const before = schedule[round - 15];
    const late = schedule[round - 2];
    const small = turned(before, 7) ^ turned(before, 18) ^ (before >>> 3);
    const large = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    schedule[round] = schedule[round - 16] + small + schedule[round - 7] + large;
  }
  // Not by destructuring: an iterator in here would take most of the time.
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let round = 0; round < 64; round++) {
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[round] + schedule[round]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** @param {number} word @param {number} by */
function turned(word, by) {
  return (word >>> by) | (word << (32 - by));
}
