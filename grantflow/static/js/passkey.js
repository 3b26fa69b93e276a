// Passkeys: asks the browser for one and sends the form with its answer. Without this script, codes do the same.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((its) => ({ ...its, id: bytes(its.id) }));

async function shown(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) {
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = named(options.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  }
  options.allowCredentials = named(options.allowCredentials);
  return navigator.credentials.get({ publicKey: options });
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = words(credential.response[name]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: words(credential.rawId), type, response, clientExtensionResults: {} });
}

for (const part of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = part.querySelector("button");
  const failed = part.querySelector("[role=alert]");
  part.hidden = false;
  button.addEventListener("click", async () => {
    failed.hidden = true;
    try {
      const credential = await shown(JSON.parse(part.dataset.passkey));
      const form = button.form;
      form.querySelector(`[name="${part.dataset.answer}"]`).value = told(credential);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
