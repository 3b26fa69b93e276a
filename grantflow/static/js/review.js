// A pleasure on top of the plain form: live total, one criterion open at a time, digits as points, drafts kept by themselves.
// Without this file everything still works by its buttons.

const grid = document.querySelector("[data-grid]");
if (grid) begin(grid);

function begin(form) {
  const rows = [...form.querySelectorAll("[data-score]")];
  const max = Number(form.dataset.max);
  form.classList.add("grid--folding");
  form.querySelector("[data-keys]").hidden = false;
  rows.forEach(describe);
  open(rows.find((row) => row.querySelector(".kern-error")) ?? rows.find((row) => !isDone(row)) ?? rows[0]);

  // A press focuses before it clicks: folding rows in between would pull the cell away from under the pointer.
  let pressing = false;
  form.addEventListener("pointerdown", () => (pressing = true));
  window.addEventListener("pointerup", () => setTimeout(() => (pressing = false)));
  form.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-score]");
    if (row && !pressing) open(row);
  });
  form.addEventListener("click", (event) => {
    const row = event.target.closest("[data-score]");
    if (row) open(row);
  });
  form.addEventListener("input", (event) => {
    const row = event.target.closest("[data-score]");
    if (row) describe(row);
    addUp();
    keepLater();
  });
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-score]");
    if (!row || event.target.type !== "radio" || event.ctrlKey || event.metaKey || event.altKey) return;
    const points = event.key.toLowerCase() === "x" ? 10 : /^\d$/.test(event.key) ? Number(event.key) : null;
    if (points !== null) {
      event.preventDefault();
      choose(row, points);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) focusCells(next);
    }
  });

  function isDone(row) {
    return row.querySelector("input:checked") && row.querySelector("textarea").value.trim();
  }

  function open(row) {
    const top = row.getBoundingClientRect().top;
    for (const other of rows) other.classList.toggle("score--open", other === row);
    // The row stays where the eye is, whichever part of the page scrolls.
    form.scrollTop += row.getBoundingClientRect().top - top;
    window.scrollBy(0, row.getBoundingClientRect().top - top);
  }

  function focusCells(row) {
    open(row);
    (row.querySelector("input:checked") ?? row.querySelector("input")).focus();
  }

  function choose(row, points) {
    const cell = row.querySelector(`input[value="${points}"]`);
    if (!cell) return;
    cell.checked = true;
    cell.focus();
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function describe(row) {
    const text = row.querySelector("textarea").value.trim();
    const excerpt = row.querySelector("[data-excerpt]");
    excerpt.textContent = text || excerpt.dataset.empty;
    const length = row.querySelector("[data-length]");
    length.textContent = text ? `${text.length} / ${length.dataset.limit}` : "";
  }

  function addUp() {
    const given = [...form.querySelectorAll("[data-score] input:checked")];
    const total = given.reduce((sum, cell) => sum + cell.value * cell.closest("[data-score]").dataset.weight, 0);
    form.querySelector("[data-total]").textContent = total;
    form.querySelector("[data-count]").textContent = given.length;
    draw(total);
  }

  // The server drew the bar: the part up to the limit in ink, what lies beyond it hatched.
  function draw(total) {
    const bar = form.querySelector("[data-bar] svg.bar");
    const line = bar?.querySelector(".limit");
    if (!line) return;
    const limit = (parseFloat(line.getAttribute("x1")) * max) / 100;
    const [, ink, beyond] = bar.querySelectorAll("rect");
    ink.setAttribute("width", `${(100 * Math.min(total, limit)) / max}%`);
    const rest = Math.max(total - limit, 0);
    if (beyond) beyond.setAttribute("width", `${(100 * rest) / max}%`);
    else if (rest) {
      const more = ink.cloneNode();
      more.setAttribute("class", "fill--hatch");
      more.setAttribute("x", `${(100 * limit) / max}%`);
      more.setAttribute("width", `${(100 * rest) / max}%`);
      ink.after(more);
    }
  }

  // --- drafts keep themselves; when they cannot, that is said at once and the text stays ----------------------

  const disputes = document.querySelector("[data-disputes]");
  let timer = 0;
  let running = null;
  function keepLater() {
    clearTimeout(timer);
    // Something waits to be chosen about: the next save is the one by its button.
    if (disputes.firstElementChild) return;
    timer = setTimeout(keep, 2500);
  }
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    running?.abort();
  });
  async function keep() {
    const data = new FormData(form);
    data.set("action", "keep");
    running = new AbortController();
    try {
      const answer = await fetch(location.href, { method: "POST", body: data, signal: running.signal });
      if (answer.status === 409 && dispute(await answer.text())) return;
      const page = answer.ok && !answer.redirected ? await answer.json() : null;
      tell(page?.saved ?? null);
    } catch (error) {
      if (error.name !== "AbortError") tell(null);
    }
  }
  // Another window has changed the same: both texts at once, as the page answers with them, and nothing typed is touched.
  function dispute(html) {
    const found = new DOMParser().parseFromString(html, "text/html").querySelector("[data-disputes]");
    if (!found?.firstElementChild) return false;
    disputes.replaceChildren(...found.childNodes);
    form.querySelector("[data-unsaved]").hidden = true;
    form.querySelector("[data-disputed]").hidden = false;
    return true;
  }
  function tell(saved) {
    form.querySelector("[data-unsaved]").hidden = saved !== null;
    if (saved !== null) form.querySelector("[data-saved]").textContent = saved;
  }
}
