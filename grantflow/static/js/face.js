// What every page gets on top of plain HTML: loud failures of htmx, menus that close again. All of it may be missing.

/** Say on the page that an exchange in the background failed; the text of the sentence comes from the page. */
function fail() {
  const note = document.getElementById("connection");
  if (note) note.hidden = false;
}

function recover() {
  const note = document.getElementById("connection");
  if (note) note.hidden = true;
}

document.addEventListener("htmx:error", fail);
document.addEventListener("htmx:response:error", (event) => {
  // 422 is an ordinary answer: the form with its errors.
  if (event.detail.ctx.response.status !== 422) fail();
});
document.addEventListener("htmx:after:swap", recover);

// A menu closes with Escape (focus returns to its button) and with a click outside.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("header details[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("header details[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A form is sent once, however often its button is pressed; coming back through history opens it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.hxPost) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 3000);
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
