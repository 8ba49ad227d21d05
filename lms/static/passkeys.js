// Asks the browser for a passkey and puts its answer into the form. Where a browser knows no passkeys, no button shows.

const knows = typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
const FAILED = "The passkey did not answer. Try again, or sign another way.";
const UNKNOWN = "This browser makes no passkeys. Use another one, or set a PIN.";

async function ask(url, form, sent) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token?.value ?? "" },
    body: JSON.stringify(sent),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told.error ?? FAILED);
  return told;
}

class Refused extends Error {}

async function tell(part, work) {
  const problem = part.querySelector("[role=alert]");
  const button = part.querySelector("button");
  problem.textContent = "";
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    problem.textContent = error instanceof Refused ? error.message : FAILED;
  } finally {
    button.disabled = false;
  }
}

for (const part of document.querySelectorAll("[data-passkey]")) {
  if (!knows) continue;
  const form = part.closest("form");
  part.hidden = false;
  part.querySelector("button").addEventListener("click", () =>
    tell(part, async () => {
      const { options, challenge } = await ask(part.dataset.passkey, form, {});
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      const passkey = await navigator.credentials.get({ publicKey });
      form.elements.passkey.value = JSON.stringify(passkey);
      form.elements.challenge.value = challenge;
      form.requestSubmit();
    }),
  );
}

for (const part of document.querySelectorAll("[data-new-passkey]")) {
  const form = part.closest("form");
  const { name, password, passkey } = form.elements;
  part.querySelector("button").addEventListener("click", () =>
    tell(part, async () => {
      if (!name.value.trim()) return form.requestSubmit(); // The page says what is missing.
      if (!knows) throw new Refused(UNKNOWN);
      const { options } = await ask(part.dataset.newPasskey, form, { password: password.value });
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
      passkey.value = JSON.stringify(await navigator.credentials.create({ publicKey }));
      password.value = "";
      form.requestSubmit();
    }),
  );
}
