// The bar above a table with boxes to tick: how many, and how much together. Without this module the bar just stays.

const money = new Intl.NumberFormat(document.documentElement.lang === "fr" ? "fr-FR" : "de-DE", {
  style: "currency",
  currency: "EUR",
});

for (const bar of document.querySelectorAll("[data-selection]")) {
  const form = bar.closest("form");
  const count = bar.querySelector("[data-selection-count]");
  const sum = bar.querySelector("[data-selection-sum]");
  const idle = count.textContent;
  const all = form.querySelector("[data-selection-all]");

  const boxes = () => [...form.querySelectorAll(".tick__box:not(:disabled):not([data-selection-all])")];

  const refresh = () => {
    const ticked = boxes().filter((box) => box.checked);
    const cents = ticked.reduce((total, box) => total + Number(box.dataset.cents || 0), 0);
    const { one, many, together } = bar.dataset;
    count.textContent = ticked.length
      ? (ticked.length === 1 ? one : many).replace("{n}", ticked.length).replace("{all}", boxes().length)
      : idle;
    sum.textContent = ticked.length && cents ? together.replace("{sum}", money.format(cents / 100)) : "";
    bar.classList.toggle("selection--idle", ticked.length === 0);
    if (all) {
      all.checked = ticked.length > 0 && ticked.length === boxes().length;
      all.indeterminate = ticked.length > 0 && !all.checked;
    }
  };

  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    refresh();
  });
  if (all) all.closest(".tick").hidden = false;
  refresh();
}
