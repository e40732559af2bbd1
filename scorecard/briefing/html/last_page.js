// Puts the 版记 at the foot of the last page, and says how many pages there are: laid out in columns as high as a page, the paper
// breaks as it will in print. Without this script it follows the text.
(async () => {
  const root = document.documentElement, paper = document.querySelector(".paper"), last = paper.lastElementChild;
  await document.fonts.ready;
  paper.classList.add("measured");
  const page = paper.getBoundingClientRect(), end = last.getBoundingClientRect();
  root.dataset.pages = Math.round((end.left - page.left) / page.width) + 1;
  root.style.setProperty("--free", `${Math.max(0, Math.floor(page.bottom - end.bottom) - 2)}px`);
  paper.classList.remove("measured");
  root.dataset.ready = "1";
})();
