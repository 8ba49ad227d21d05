// Seals an entry for one person: this device can never open it again, the service can, once that person is signed in.

const PURPOSE = new TextEncoder().encode("lms offline entry 1");
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const BLOCK = 2048; // Every entry is filled up with spaces, so that its length says nothing about what is in it.

/** Whether this browser can seal: it must have come to the page by HTTPS, or by an address of this machine. */
export const canSeal = () => Boolean(globalThis.crypto?.subtle);

/**
 * @param {[string, string][]} pairs the names and values of a form
 * @param {string} lock the public key of the person, as the service gave it
 * @param {{person: string, shift: string, id: string, use: string}} place where the entry belongs
 * @returns {Promise<string>} what is kept and sent
 */
export async function seal(pairs, lock, place) {
  const point = Uint8Array.from(atob(lock), (sign) => sign.charCodeAt(0));
  const theirs = await crypto.subtle.importKey("raw", point, CURVE, false, []);
  const ours = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const mark = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const start = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const way = { name: "HKDF", hash: "SHA-256", salt: joined(mark, point), info: PURPOSE };
  const key = await crypto.subtle.deriveKey(way, start, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const bound = new TextEncoder().encode(`${place.person} ${place.shift} ${place.id} ${place.use}`);
  const closed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: bound }, key, filled(pairs));
  return btoa(String.fromCharCode(...joined(mark, nonce, new Uint8Array(closed))));
}

/** @param {...Uint8Array} parts */
function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {[string, string][]} pairs */
function filled(pairs) {
  const text = new TextEncoder().encode(JSON.stringify(pairs));
  const whole = new Uint8Array(Math.ceil(text.length / BLOCK) * BLOCK).fill(32);
  whole.set(text);
  return whole;
}
