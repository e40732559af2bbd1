// Draws every figure of the document, one after another, and says when it is done and what failed.
(async () => {
  const root = document.documentElement, failed = [];
  await document.fonts.ready;
  for (const place of document.querySelectorAll("[data-plot]")) {
    try {
      const given = JSON.parse(place.querySelector("script").textContent);
      place.replaceChildren();
      await Plotly.newPlot(place, given.data, given.layout, given.config);
    } catch (error) {
      failed.push(place.dataset.plot);
      place.classList.add("failed");
      place.textContent = "这张图没有画成，数值见上文和附表。";
    }
  }
  if (failed.length) root.dataset.failed = failed.join("、");
  root.dataset.ready = "1";
})();
