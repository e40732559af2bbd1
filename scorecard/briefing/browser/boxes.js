// Where every element of a selector stands in the document.
selector => Array.from(document.querySelectorAll(selector), one => {
  const at = one.getBoundingClientRect();
  return [at.left + scrollX, at.top + scrollY, at.width, at.height];
})
