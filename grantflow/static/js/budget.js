// A pleasure on top of the plain budget form: sums, balance, ceiling and category follow each change, and an amount that
// cannot be read says so at once. The server reads and counts, so that there is one rule for money; without this file the
// button "recalculate" does the same.

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
  for (const input of document.querySelectorAll("[data-budget] input[inputmode=decimal]")) {
    const next = fresh.getElementById(input.id);
    if (next) judge(input, next);
  }
}

// What the server says of an amount, beside what is typed there by now.
function judge(input, next) {
  for (const name of ["class", "aria-invalid", "aria-describedby"]) {
    if (next.hasAttribute(name)) input.setAttribute(name, next.getAttribute(name));
    else input.removeAttribute(name);
  }
  const [place, news] = [input, next].map((one) => one.closest(".kern-form-input"));
  place.className = news.className;
  const [told, error] = [place, news].map((one) => one.querySelector(".kern-error"));
  if (told?.textContent === error?.textContent) return;
  told?.remove();
  if (error) {
    error.setAttribute("role", "alert");
    place.append(error);
  }
}
