// Waits until fonts are there and all figures are drawn; gives the names of those that could not be.
new Promise(resolve => {
  const look = () => {
    const root = document.documentElement;
    if (document.readyState === "complete" && root?.dataset.ready === "1") resolve(root.dataset.failed ?? "");
    else setTimeout(look, 15);
  };
  look();
})
