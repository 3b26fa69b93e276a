// A pleasure on top of the plain budget form: sums, balance, ceiling and category follow each change. The server counts,
// so that there is one rule for money; without this file the button "recalculate" does the same.

const form = document.querySelector("[data-budget]");
if (form) begin(form);

function begin(form) {
  let running = null;
  form.querySelector("[data-recalculate]").hidden = true;
  form.addEventListener("change", async () => {
    running?.abort();
    running = new AbortController();
    const body = new FormData(form);
    body.set("action", "sums");
    try {
      const answer = await fetch(window.location.href, { method: "POST", body, signal: running.signal });
      if (answer.ok && !answer.redirected) show(await answer.text());
    } catch (error) {
      if (error.name !== "AbortError") form.querySelector("[data-recalculate]").hidden = false;
    }
  });
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(old.id);
    if (next && next.innerHTML !== old.innerHTML) old.innerHTML = next.innerHTML;
  }
}
