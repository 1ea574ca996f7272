{% include "page.js" %}

// The bars, true to scale or logarithmic so that the rare can be compared too.
const scale = document.querySelector("[data-scale]");
scale?.addEventListener("change", () => {
  const cards = all("[data-volume]");
  const most = Math.max(...cards.map((card) => Number(card.dataset.volume)));
  for (const card of cards) {
    const volume = Number(card.dataset.volume);
    const part = scale.value === "log" ? Math.log10(1 + volume) / Math.log10(1 + most) : volume / most;
    card.querySelector(".bar rect")?.setAttribute("width", `${Math.max(0.6, 100 * part).toFixed(1)}%`);
  }
});
