// Keys of the score grid: 0 to 9 give the points, X gives ten, arrow down and up go to the next criterion.
// Radio buttons do all of it without this module; the keys only make a long evening shorter.

const rows = [...document.querySelectorAll(".score")];

/** The radio button of a row that holds these points. */
const cell = (row, points) => row.querySelector(`input[type=radio][value="${points}"]`);

function enter(row) {
  (row?.querySelector("input[type=radio]:checked") ?? row?.querySelector("input[type=radio]"))?.focus();
}

for (const [place, row] of rows.entries()) {
  row.addEventListener("keydown", (event) => {
    if (event.target.type !== "radio" || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const points = key === "x" ? 10 : /^[0-9]$/.test(key) ? Number(key) : null;
    if (points !== null) {
      const radio = cell(row, points);
      radio.checked = true;
      radio.focus();
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (key === "arrowdown" || key === "arrowup") {
      const next = rows[place + (key === "arrowdown" ? 1 : -1)];
      if (!next) return;
      enter(next);
    } else {
      return;
    }
    event.preventDefault();
  });
}

// The total follows the ticks at once; the server's own sum replaces it at the next save.
const total = document.querySelector("[data-score-total]");
if (total) {
  document.addEventListener("change", (event) => {
    if (!event.target.closest(".score")) return;
    const points = [...document.querySelectorAll(".score input[type=radio]:checked")];
    total.textContent = points.reduce((sum, radio) => sum + Number(radio.value), 0);
  });
}
