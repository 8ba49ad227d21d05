// On every page of somebody who is signed in: says what was not sent, sends it, and lets the device be theirs alone.

const about = document.querySelector("meta[name=offline-person]");
const part = (name) => import(document.querySelector(`link[data-offline=${name}]`).href);
const store = await part("store");

if (store.owner() && store.owner().person !== about.content) store.own(null);
let isLeaving = false;
for (const form of document.querySelectorAll("form[data-signs-out]")) {
  form.addEventListener("submit", () => {
    isLeaving = true;
    store.own(null);
  });
}

const notice = document.createElement("div");
notice.className = "nhsuk-inset-text";
notice.setAttribute("role", "status");
notice.hidden = true;
document.querySelector("main").prepend(notice);

/** @param {string} words @param {string} link the words that lead to the page on which it can be seen */
function say(words, link) {
  const line = document.createElement("p");
  const anchor = document.createElement("a");
  anchor.href = "/offline";
  anchor.textContent = link;
  line.append(words, anchor);
  notice.replaceChildren(line);
  notice.hidden = false;
}

async function look() {
  const mine = (await store.everything()).filter((entry) => entry.person === about.content);
  const notSent = `${store.count(mine)} not sent`;
  if (mine.some((entry) => entry.refused)) say("Something you entered without a signal has to be put right. ", notSent);
  else if (mine.length) say("You entered something without a signal. ", notSent);
  else notice.hidden = true;
  return mine;
}

async function sendWhatWaits() {
  if (!(await look()).some((entry) => entry.kind === "end")) return;
  const { send } = await part("sync");
  const { sent } = await send(store);
  const left = await look();
  if (sent.length && !left.length) say("What you entered without a signal was sent. ", "Go back to entering shifts");
}

async function prepare() {
  // A device that is nobody's is made ready on any page; one that is theirs hears what is new on some.
  if (store.owner() && !("prepare" in about.dataset)) return;
  if (!navigator.serviceWorker || !globalThis.crypto?.subtle) return;
  await navigator.serviceWorker.register("/sw.js").catch(() => {}); // It is tried again on the next page.
  const { ask } = await part("sync");
  const session = await ask();
  if (session.state !== "here" || isLeaving) return; // Whoever signs out meanwhile leaves no device behind.
  store.own(session.owner);
  about.dataset.prepared = "";
}

if ("trainee" in about.dataset) {
  window.addEventListener("online", sendWhatWaits);
  await Promise.all([sendWhatWaits(), prepare()]);
}
