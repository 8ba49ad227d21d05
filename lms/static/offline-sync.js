// Sends what this device kept, once, as whoever is signed in and of theirs alone.

/**
 * @typedef {import("./offline-store.js").Bundle} Bundle
 *
 * @typedef {object} Session What the service says about this device's session.
 * @property {"here" | "signed-out" | "no-signal" | "no-trainee" | "refused-for-now"} state
 * @property {string} [token] what a form of this session carries
 * @property {import("./offline-store.js").Owner} [owner]
 *
 * @typedef {object} Refusal A shift the service did not take, with what it opened.
 * @property {Bundle} bundle
 * @property {{entry: string | null, field: string | null, message: string}[]} problems
 * @property {Record<string, [string, string][]>} opened the answers of each entry, by its id
 * @property {string} [url] where the shift lies if it was sent before, with other answers
 *
 * @typedef {object} Outcome
 * @property {Session} session
 * @property {{shift: string, url: string, words: string}[]} sent
 * @property {Refusal[]} refused
 */

const TOO_LARGE = "This shift is too large to be sent. Log it in your hours, then discard it here.";
const PATIENCE = 20_000; // Milliseconds: then there is no signal worth the name.

/** @returns {Promise<Session>} */
export async function ask() {
  try {
    const answer = await fetch("/offline/session", {
      headers: { Accept: "application/json" },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.ok) return { state: "here", ...(await answer.json()) };
    if (answer.status === 403) return { state: "no-trainee" };
    return { state: stateOf(answer) };
  } catch {
    return { state: "no-signal" };
  }
}

/**
 * @param {Response} answer one that takes nothing
 * @returns {Session["state"]}
 */
function stateOf(answer) {
  // A second factor that is still to be entered leads elsewhere.
  return answer.status === 401 || answer.type === "opaqueredirect" ? "signed-out" : "refused-for-now";
}

/**
 * Send the shifts that have ended. Of two tabs one waits; whatever they do, the service takes a shift once.
 * @param {typeof import("./offline-store.js")} store
 * @param {{again?: boolean}} options `again` also sends what was refused before, to hear why
 * @returns {Promise<Outcome>}
 */
export function send(store, { again = false } = {}) {
  return navigator.locks.request("offline-send", async () => {
    const outcome = { session: await ask(), sent: [], refused: [] };
    if (outcome.session.state !== "here") return outcome;
    for (const bundle of store.bundles(await store.everything(), outcome.session.owner.person)) {
      if (!bundle.end || (bundle.shift.refused && !again)) continue;
      if (!(await sendOne(store, bundle, outcome))) break;
    }
    return outcome;
  });
}

/** @returns {Promise<boolean>} whether to go on with the next */
async function sendOne(store, bundle, outcome) {
  const body = {
    id: bundle.shift.id,
    contacts: bundle.contacts.map(({ id, sealed }) => ({ id, sealed })),
    end: { id: bundle.end.id, sealed: bundle.end.sealed },
  };
  let answer;
  try {
    answer = await fetch("/offline/bundles", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": outcome.session.token },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    outcome.session = { ...outcome.session, state: "no-signal" };
    return false;
  }
  const said = await answer.json().catch(() => null); // Whatever stands between may answer in its own words.
  if (answer.ok && said) {
    await store.drop(bundle);
    outcome.sent.push({ shift: bundle.shift.id, ...said });
    return true;
  }
  if (answer.status === 413 || (said && [400, 409, 422].includes(answer.status))) {
    await store.refuse(bundle.shift.id);
    const message = answer.status === 413 ? TOO_LARGE : said.error;
    const problems = said?.problems ?? [{ entry: null, field: null, message }];
    outcome.refused.push({ bundle, problems, opened: said?.opened ?? {}, url: said?.url });
    return true;
  }
  outcome.session = { ...outcome.session, state: stateOf(answer) };
  return false;
}
