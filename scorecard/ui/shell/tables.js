// Tables of more than ten rows can be searched, filtered, sorted and copied. Rows are only hidden and moved, never changed.
// What was chosen stands behind the # of the address, which no browser sends: what somebody typed reaches no server and no log.
if (!window.scorecardTables) {
  const LEAST = 11;
  const NOTHING = /^([-—–·…]|无|未评|未报|没有|缺|不适用)?$|^(无数据|无法|数据待核|样本不足|不计率|期限不明)|不计率/;
  const SCALES = { 千: 1e3, 万: 1e4, 亿: 1e8, 分钟: 1 / 1440, 小时: 1 / 24, 周: 7, 个月: 30, 年: 365 };
  const DATE = /^(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.]|$)(?:(\d{1,2})日?)?(?:[ T]?(\d{1,2}):(\d{2}))?/;
  const NUMBER = /^([^\d\s+−-]{0,3}?)\s*([+−-]?)\s*(\d[\d,]*(?:\.\d+)?)\s*(分钟|小时|个月|周|年|[千万亿])?[^\d（(]{0,8}(?:\s*[（(].*)?$/s;
  const words = new Intl.Collator("zh-CN", { numeric: true }); // 民初9号 before 民初10号
  const FILTERED = /(部门|法院)$|^(状态|判定|级别|种类|操作|结果|身份|归属)$/;
  const PERSONS = /法官|承办人|审判长/; // nobody is ranked
  const AGES = [
    ["过期 90 天以上", (days) => days > 90], ["过期 30 天以上", (days) => days > 30], ["已过期限", (days) => days > 0],
    ["7 天内到期", (days) => days <= 0 && days >= -7], ["30 天内到期", (days) => days <= 0 && days >= -30],
  ];

  // [rank, key]: numbers and dates before words, and what says nothing last whichever way it is sorted.
  const keyOf = (text) => {
    if (NOTHING.test(text)) return [2, ""];
    if (text === "当日") return [0, 0];
    const day = text.match(DATE);
    if (day) return [0, Number(`${day[1]}${day.slice(2).map((part) => (part || "0").padStart(2, "0")).join("")}`)];
    const found = text.match(NUMBER);
    if (!found) return [1, text];
    const amount = Number(found[3].replace(/,/g, "")) * (SCALES[found[4]] || 1);
    return [0, found[2] && found[2] !== "+" ? -amount : /还有|还剩|减|降/.test(found[1]) ? -amount : amount];
  };
  const compare = ([rankA, a], [rankB, b], way) =>
    rankA === 2 || rankB === 2 || rankA !== rankB ? rankA - rankB : way * (rankA === 0 ? a - b : words.compare(a, b));

  const textOf = (cell) => {
    let read = cell;
    if (cell.querySelector("[aria-hidden=true], .tools")) {
      read = cell.cloneNode(true);
      read.querySelectorAll("[aria-hidden=true], .tools").forEach((one) => one.remove());
    }
    return read.textContent.trim().replace(/\s+/g, " ");
  };
  // A spreadsheet runs no cell as a formula, not one in quotation marks, and takes no long number or leading zero for a number.
  const safe = (text) =>
    (/^["=+\-@＝＋－＠−]/.test(text) && !/^[+-]?\d{1,11}(\.\d+)?%?$/.test(text)) || /^(0\d+|\d{12,})$/.test(text) ? `'${text}` : text;
  const hand = (text) => {
    let taken = false;
    // Not the clipboard's own interface: the intranet may have no https, and without it there is none.
    const fill = (event) => { event.clipboardData.setData("text/plain", text); event.preventDefault(); taken = true; };
    document.addEventListener("copy", fill, { once: true, capture: true });
    document.execCommand("copy");
    document.removeEventListener("copy", fill, { capture: true });
    return taken;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-copied]");
    if (!button) return;
    button.textContent = hand(button.dataset.copied) ? "已复制" : "没有复制成";
    setTimeout(() => (button.textContent = "复制为文字"), 2000);
  });

  let page = "";
  let arrived = false; // by a link to certain rows, which are shown
  const chosen = new Map();
  const recall = () => {
    page = location.pathname;
    arrived = location.hash.includes(".find=");
    chosen.clear();
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) if (name.includes(".")) chosen.set(name, value);
  };
  const write = () => {
    const behind = chosen.size ? `#${new URLSearchParams([...chosen])}` : "";
    history.replaceState(history.state, "", `${location.pathname}${location.search}${behind}`);
  };
  const choose = (name, value) => {
    value ? chosen.set(name, value) : chosen.delete(name);
    write();
  };
  // The same table after a rerun is known by its key, or by its heads.
  const nameOf = (table, heads) => {
    if (table.dataset.key) return table.dataset.key;
    let hash = 7;
    for (const letter of heads.map(textOf).join("|")) hash = (hash * 31 + letter.codePointAt(0)) % 1679616;
    const alike = [...document.querySelectorAll("table[data-alive]")].filter((one) => one.dataset.alive.startsWith(`t${hash}`));
    return `t${hash}${alike.length ? `-${alike.length}` : ""}`;
  };

  const made = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const choiceOf = (label, options, held) => {
    const box = made("select", { title: label });
    box.setAttribute("aria-label", label);
    box.append(new Option(`${label}：全部`, ""), ...options.map((one) => new Option(one, one)));
    if (options.includes(held)) box.value = held;
    return box;
  };

  const enliven = (table) => {
    const bodies = [...table.tBodies];
    const heading = (row) => row.cells.length === 1; // of a part of the table
    const rows = bodies.flatMap((body) => [...body.rows]).filter((row) => !heading(row));
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    const labels = heads.map(textOf);
    const even = bodies.length === 1 && heads.every((head) => head.colSpan === 1) && rows.every((row) => row.cells.length === heads.length);
    const name = nameOf(table, heads);
    table.dataset.alive = name;
    const cell = (row, at) => (row.cells[at] ? textOf(row.cells[at]) : "");
    const total = Number(table.dataset.total || 0);
    const asks = total > rows.length ? `只在本页 ${rows.length} 行中查找` : "在表中查找";
    const tools = made("div", { className: "tools" });
    const find = made("input", { type: "search", placeholder: asks, value: chosen.get(`${name}.find`) || "" });
    find.setAttribute("aria-label", asks);
    const shown = made("span", {});
    shown.setAttribute("role", "status");
    const copy = made("button", { type: "button", textContent: "复制表格" });

    const tests = [];
    const offer = (label, options, test) => {
      if (options.length < 2 || options.length > 40) return;
      const box = choiceOf(label, options, chosen.get(`${name}.${label}`));
      box.addEventListener("change", () => { choose(`${name}.${label}`, box.value); filter(); });
      tests.push((row) => !box.value || test(row, box.value));
      tools.append(box);
    };
    let texts = null;
    const filter = () => {
      const wanted = find.value.trim().toLowerCase();
      if (wanted && !texts) texts = new Map(rows.map((row) => [row, textOf(row).toLowerCase()]));
      for (const row of rows) row.hidden = !((!wanted || texts.get(row).includes(wanted)) && tests.every((test) => test(row)));
      for (const body of bodies) for (const row of body.rows) if (heading(row)) row.hidden = [...body.rows].every((one) => one.hidden || heading(one));
      const left = rows.filter((row) => !row.hidden).length;
      const of = total > rows.length ? `本页 ${rows.length} 行` : `${rows.length} 行`;
      shown.textContent = left === rows.length ? of : left ? `${left} 行，共 ${of}` : `没有符合的行，共 ${of}`;
    };
    if (!("served" in table.dataset) || find.value) tools.append(find); // the page's own box searches more than this table
    if (even) {
      labels.forEach((label, at) => {
        if (FILTERED.test(label)) {
          const parts = (row) => cell(row, at).split(/[、；]/).filter(Boolean);
          const options = [...new Set(rows.flatMap(parts))]; // as they stand, which is the plan's order
          offer(label, options, (row, value) => parts(row).includes(value));
        } else if (label === "距期限") {
          const late = new Map(rows.map((row) => [row, keyOf(cell(row, at))]));
          const test = (row, value) => late.get(row)[0] === 0 && AGES.find(([age]) => age === value)[1](late.get(row)[1]);
          offer(label, AGES.map(([age]) => age).filter((age) => rows.some((row) => test(row, age))), test);
        }
      });
    }
    find.addEventListener("input", () => { filter(); choose(`${name}.find`, find.value.trim()); });
    copy.addEventListener("click", () => {
      const trace = table.closest(".traced")?.dataset.trace; // rows of cases carry away who took them
      const line = (cells, last) => [...cells.map(textOf), ...(trace ? [last] : [])].map(safe).join("\t");
      const shownRows = bodies.flatMap((body) => [...body.rows]).filter((row) => !row.hidden);
      const text = [line(heads, "导出人和时间"), ...shownRows.map((row) => line([...row.cells], trace))].join("\n");
      copy.textContent = hand(text) ? `已复制 ${rows.filter((row) => !row.hidden).length} 行` : "没有复制成，请选中后按 Ctrl+C";
      setTimeout(() => (copy.textContent = "复制表格"), 2000);
    });
    tools.append(shown, copy);
    (table.closest(".scroll") || table).before(tools);

    const sort = (at, way) => {
      const keys = new Map(rows.map((row) => [row, keyOf(cell(row, at))]));
      const turned = way === "descending" ? -1 : 1;
      bodies[0].append(...(way === "none" ? rows : [...rows].sort((a, b) => compare(keys.get(a), keys.get(b), turned))));
      heads.forEach((head, each) => head.hasAttribute("aria-sort") && head.setAttribute("aria-sort", each === at ? way : "none"));
    };
    // Departments, courts and persons stand in the plan's order: no number ranks them.
    const ranks = (head, at) => PERSONS.test(labels[at]) || (/部门|法院|法官|承办人/.test(labels[0]) && head.matches(".number"));
    if (even && !table.dataset.order) {
      heads.forEach((head, at) => {
        if (!labels[at] || ranks(head, at)) return;
        head.setAttribute("aria-sort", "none");
        head.tabIndex = 0;
        const turn = () => {
          const way = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
          sort(at, way);
          choose(`${name}.sort`, way === "none" ? "" : `${labels[at]}.${way}`);
        };
        head.addEventListener("click", turn);
        head.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          turn();
        });
      });
      const [label, way] = (chosen.get(`${name}.sort`) || "").split(".");
      const at = labels.indexOf(label);
      if (way && heads[at]?.hasAttribute("aria-sort")) sort(at, way);
    }
    filter();
    if (arrived && find.value) {
      arrived = false;
      table.scrollIntoView({ block: "center" });
    }
  };

  // Left alone: tables without heads, and the overview's matrix, two columns in the plan's order.
  const seen = new WeakSet();
  const enlivenAll = () => {
    // What is wider than its box is scrolled by the arrow keys too.
    for (const one of document.querySelectorAll(".sc .scroll:not([tabindex]), .sc table:not([tabindex])")) {
      if (one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX)) one.tabIndex = 0;
    }
    if (page !== location.pathname) recall();
    else if (chosen.size && !location.hash) write(); // the framework wrote the address anew
    for (const table of document.querySelectorAll(".sc table")) {
      if (seen.has(table)) continue;
      seen.add(table);
      const rows = [...table.tBodies].reduce((sum, body) => sum + body.rows.length, 0);
      if (table.tHead && rows >= LEAST && !table.matches(".matrix")) enliven(table);
    }
  };
  window.scorecardTables = { enlivenAll, recall, keyOf, compare, safe };
}
