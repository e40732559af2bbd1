// Sets the body in columns of this width and height, with so much between them that no picture shows the next. A figure
// that is higher is drawn smaller; a table of several headers becomes several tables, because only the first header of a
// table is repeated. `even` makes the columns as low as their number allows, so that the last one holds no lone card. Gives the
// number of columns, how far down the last one is filled, and their height.
(width, height, even) => {
  const body = document.querySelector(".sheet-body");
  const cells = Array.from(body.querySelectorAll("table:has(thead ~ thead) th"));
  const widths = cells.map(cell => cell.getBoundingClientRect().width);
  cells.forEach((cell, at) => cell.style.cssText += `box-sizing: border-box; width: ${widths[at]}px`);
  for (const head of body.querySelectorAll("thead ~ thead")) {
    const table = head.parentElement, rest = table.cloneNode(false);
    const parts = Array.from(table.children);
    rest.append(...parts.slice(parts.indexOf(head)));
    table.after(rest);
  }
  for (const figure of body.querySelectorAll("figure")) {
    const high = figure.getBoundingClientRect().height;
    if (high > height) figure.style.zoom = height / high;
  }
  body.style.cssText += `width: ${width}px; column-width: ${width}px; column-gap: ${width}px; height: ${height}px`;
  const columns = () => Math.round((body.scrollWidth + width) / (2 * width));
  const count = columns();
  if (even) {
    const whole = Array.from(body.querySelectorAll("figure, .card, tr, li"), each => each.getBoundingClientRect().height);
    let low = Math.max(height / 2, ...whole);
    for (let high = height, step = 0; step < 9; step += 1) {
      body.style.height = `${(low + high) / 2}px`;
      if (columns() > count) low = (low + high) / 2; else height = high = (low + high) / 2;
    }
    body.style.height = `${height}px`;
  }
  const {left, top} = body.getBoundingClientRect();
  const boxes = Array.from(body.querySelectorAll("*"), each => Array.from(each.getClientRects())).flat();
  const last = boxes.filter(box => box.left >= left + (count - 1) * 2 * width - 1);
  return [count, Math.max(...last.map(box => box.bottom)) - top, height];
}
