// What the framework cannot be told otherwise: the page's language, links that keep the session, and its own English words.
// Static: no data ever enters this script. Without it every link still works as an ordinary link.
if (!window.scorecardBehaviour) {
  window.scorecardBehaviour = true;
  document.documentElement.lang = "zh-CN";

  // A small trend says each of its places: under the mouse, under a finger, or by the arrow keys on the link beside it.
  const told = Object.assign(document.createElement("div"), { className: "sc told", hidden: true });
  told.setAttribute("role", "status");
  document.body.append(told);
  let shown = null; // the image and the place that is told
  const tell = (image, place) => {
    const places = image.dataset.places.split("\n");
    const at = Math.min(Math.max(place, 0), places.length - 1);
    const box = image.getBoundingClientRect();
    const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
    const pad = Number(image.dataset.pad || 4);
    const x = box.left + (pad + at * (image.naturalWidth - 2 * pad) / Math.max(places.length - 1, 1)) * scale;
    shown = { image, at };
    told.replaceChildren(places[at] || "这一期没有数值", Object.assign(document.createElement("small"), { textContent: image.alt.split("，").slice(1).join("，") }));
    const mark = document.createElement("i");
    mark.style.cssText = `left:${x}px;top:${box.top}px;height:${image.naturalHeight * scale}px`;
    told.append(mark);
    told.hidden = false;
    const wide = told.offsetWidth, high = told.offsetHeight;
    told.style.left = `${Math.max(4, Math.min(x - wide / 2, innerWidth - wide - 4))}px`;
    told.style.top = `${box.top > high + 8 ? box.top - high - 4 : box.bottom + 4}px`;
  };
  const placeAt = (image, x) => {
    const box = image.getBoundingClientRect();
    const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
    const last = image.dataset.places.split("\n").length - 1;
    const pad = Number(image.dataset.pad || 4);
    return Math.round(((x - box.left) / scale - pad) / (image.naturalWidth - 2 * pad) * last);
  };
  const hush = () => { told.hidden = true; shown = null; };
  const trendOf = (node) => (node && node.matches && node.matches("img[data-places]") ? node : null);
  document.addEventListener("pointermove", (event) => {
    const image = trendOf(event.target);
    if (event.pointerType === "touch") return;
    if (image) tell(image, placeAt(image, event.clientX));
    else if (shown && !document.activeElement.matches(":focus-visible")) hush();
  });
  document.addEventListener("click", (event) => {
    const image = trendOf(event.target);
    if (!image || event.pointerType !== "touch") { if (shown && event.pointerType === "touch") hush(); return; }
    const place = placeAt(image, event.clientX);
    if (shown && shown.image === image && shown.at === place) return; // a second tap follows the link
    event.preventDefault();
    event.stopImmediatePropagation();
    tell(image, place);
  }, true);
  document.addEventListener("focusin", (event) => {
    const link = event.target.closest ? event.target.closest("a.go:focus-visible") : null;
    const row = link && link.closest("tr");
    const image = link && (link.querySelector("img[data-places]") || (row && row.querySelector("img[data-places]")));
    if (image) tell(image, Infinity);
    else if (shown) hush();
  });
  document.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (shown && event.key === "Escape") hush();
    if (!shown || !way || !event.target.closest("a.go")) return;
    event.preventDefault();
    tell(shown.image, shown.at + way);
  });
  document.addEventListener("scroll", hush, true);

  // A point of an indicator's figure opens what its line in the table of values leads to: the cases of that period.
  const openPoint = (plot) => {
    if (plot.dataset.opens || !plot.on) return;
    plot.dataset.opens = "1";
    plot.on("plotly_click", ({ points }) => {
      const within = plot.closest("[role=dialog]") || document;
      const link = Array.from(within.querySelectorAll("a[data-period]")).find((one) => one.dataset.period === points[0].x);
      if (link) link.click();
    });
  };

  const go = (to) => {
    const room = new URLSearchParams(location.search).get("room");
    if (room !== null) to.searchParams.set("room", room); // the meeting room's large type is not left by a link
    history.pushState({}, "", to);
    window.scorecardTables.recall();
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  };
  // A figure is as wide as the window; a sheet of A4 is 1,040 px wide.
  const charts = () => document.querySelectorAll("[data-testid=stPlotlyChart]");
  addEventListener("beforeprint", () => charts().forEach((one) => { one.style.zoom = Math.min(1, 1040 / one.offsetWidth); }));
  addEventListener("afterprint", () => charts().forEach((one) => { one.style.zoom = ""; }));

  // A link of ours changes page or opens an indicator. The framework listens to the browser's own history, so writing
  // the address there costs one rerun instead of a new session.
  document.addEventListener("click", (event) => {
    const link = event.target.closest ? event.target.closest("a.go") : null;
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(new URL(link.href));
  }, true);

  // A file is fetched, so that a refusal is told on the page and what was chosen there is not lost.
  const refused = document.createElement("div");
  refused.className = "sc file-refusal";
  refused.setAttribute("role", "alert");
  const take = async (link) => {
    refused.remove();
    link.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(link.href);
      if (answer.ok) {
        const named = (answer.headers.get("content-disposition") || "").split("filename*=UTF-8''")[1] || "";
        const file = document.createElement("a");
        file.href = URL.createObjectURL(await answer.blob());
        file.download = decodeURIComponent(named);
        file.click();
        setTimeout(() => URL.revokeObjectURL(file.href), 60000);
      } else {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const said = Array.from(page.querySelectorAll(".refusal, .more"), (one) => one.firstChild.nodeValue.trim());
        refused.textContent = said.join("\n") || "文件没有生成，请刷新页面后重试。";
        document.body.append(refused);
      }
    } catch {
      refused.textContent = "下载：与看板的连接中断，文件没有取得。请检查网络后重试。";
      document.body.append(refused);
    } finally {
      link.removeAttribute("aria-busy");
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest ? event.target.closest("a.file") : null;
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    take(link);
  }, true);

  // A file that has just been made is handed out at once: making it was asked for by a click.
  const handed = new Set();
  const hand = (node) => {
    const link = node.querySelector && (node.matches("a.file") ? node : node.querySelector("a.file[data-at-once]"));
    if (!link || !link.hasAttribute("data-at-once") || handed.has(link.href)) return;
    handed.add(link.href);
    link.click();
  };

  // What a click has made is brought before the reader, once.
  const arrive = () => {
    for (const made of document.querySelectorAll(".sc[data-arrive]")) {
      if (handed.has(made.dataset.arrive)) continue;
      handed.add(made.dataset.arrive);
      setTimeout(() => made.scrollIntoView({ block: "start", behavior: "smooth" }), 300);
    }
  };

  // The preview of a paper: its pages are columns side by side; their number stands where the page leaves room for it.
  const countPages = () => {
    for (const sheet of document.querySelectorAll("iframe[srcdoc]:not([data-counts])")) {
      sheet.dataset.counts = "";
      const count = async () => {
        const paper = sheet.contentDocument && sheet.contentDocument.querySelector(".paper");
        if (!paper) return;
        await sheet.contentDocument.fonts.ready;
        const gap = parseFloat(getComputedStyle(paper).columnGap);
        sheet.dataset.counts = Math.round((paper.scrollWidth + gap) / (paper.clientWidth + gap));
        countPages();
      };
      sheet.addEventListener("load", count);
      count();
    }
    const counted = document.querySelector("iframe[data-counts]"), room = document.querySelector(".sc [data-pages]");
    if (counted && room && room.textContent !== counted.dataset.counts) room.textContent = counted.dataset.counts;
  };

  // The key / goes to the box that finds pages, indicators and cases; Enter in it, once the framework has its text, to what it found.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest && event.target.closest("input, textarea, [contenteditable]")) return;
    const box = document.querySelector(".st-key-search_box input");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.closest(".st-key-search_box") || !event.target.value.trim()) return;
    setTimeout(() => go(new URL("search", location.href)), 0);
  });

  // The library that draws figures is large: it is fetched and read while the reader reads, so that the first figure of a
  // session does not wait for it. Where it has another name, the framework fetches it as ever.
  const ahead = () => {
    if (document.querySelector(".sc a.go")) import(window.scorecardFigures).catch(() => {});
    else setTimeout(ahead, 1000);
  };
  setTimeout(() => (window.requestIdleCallback || setTimeout)(ahead), 1500);

  const words = new Map([
    ["Skip to main content", "跳到正文"],
    ["App pages", "页面"],
    ["Close", "关闭"],
    ["Upload", "选择文件"],
    ["Browse files", "选择文件"],
    ["Drag and drop file here", "把文件拖到这里"],
    ["Drag and drop files here", "把文件拖到这里"],
    ["Remove file", "移除文件"],
    ["Add files", "再选文件"],
    ["Error:", "未收下："],
    ["No results", "没有匹配的选项"],
    ["No options to select", "没有可选项"],
    ["Choose an option", "请选择"],
    ["Expand sidebar", "打开导航"],
    ["Collapse sidebar", "收起导航"],
    ["Open sidebar", "打开导航"],
    ["Close sidebar", "收起导航"],
    ["Stop", "停止"],
    ["Running...", "正在更新"],
    ["Fullscreen", "全屏"],
    ["Close fullscreen", "退出全屏"],
    ["Increment", "增加"],
    ["Decrement", "减少"],
    ["Clear value", "清除"],
    ["Clear entry", "清除"],
    ["Clear date", "清除"],
    ["Clear all", "全部清除"],
    ["Select all", "全选"],
    ["Selected values", "已选"],
    ["Previous month", "上个月"],
    ["Next month", "下个月"],
    ["Show more", "展开"],
    ["Show less", "收起"],
    ["Connection error", "连接中断"],
    ["Connecting...", "正在连接"],
    ["Oh no.", "出错了"],
    ["Open", "展开"],
    ["Choose date", "选择日期"],
    ["Use arrow keys to navigate dates. Enter to select. Escape to close.", "用方向键选日期，回车确定，Esc 关闭。"],
    ["file upload", "选择文件"],
    ["Pagination", "翻页"],
    ["Previous page", "上一页"],
    ["Next page", "下一页"],
    ["Empty", "未填"],
    ["yyyy", "年"],
    ["mm", "月"],
    ["dd", "日"],
  ]);
  // Why an upload was not taken, by the status of the answer: the framework shows nothing but that.
  const refusals = new Map([
    ["401", "文件没有收下：登录已过期，请重新登录"],
    ["403", "文件没有收下：没有报送数据的权限或登录已过期，请登录后重新选择文件"],
    ["413", "文件没有传上去：超过看板或前面的代理允许的大小。代理是 nginx 时，请管理员设 client_max_body_size 200m"],
    ["502", "文件没有传上去：代理（nginx）连不上看板服务，请管理员检查服务是否启动"],
    ["504", "文件没有传上去：看板服务没有及时回答代理（nginx），请稍后重试"],
  ]);
  const patterns = [
    [/^(\d+(?:\.\d+)?) ?([KMG]B) per file(.*)$/, (m) => `单个文件不超过 ${m[1]}${m[2]}${m[3]}`],
    [/^File must be (.+) or smaller\.$/, (m) => `文件超过上限 ${m[1]}`],
    [/^.*files are not allowed\.?$/, () => "不接收这种文件"],
    [/^(?:AxiosError: )?Request failed with status code (\d+)$/, (m) => refusals.get(m[1]) || `文件没有传上去（状态 ${m[1]}），请重试；一直如此时请联系管理员`],
    [/^(?:AxiosError: )?(?:Network Error|Request aborted|timeout of .*|timeout exceeded)$/, () => "文件没有传上去：与服务器的连接中断，请检查网络后重试"],
    [/^Uploading\.{0,3}$/, () => "正在上传"],
    [/^Is Streamlit still running.*$/, () => "看板服务已停止，请联系管理员重新启动。"],
    [/^Streamlit server is not responding.*$/, () => "看板服务没有响应，请检查网络或联系管理员。"],
    [/^streamlit run .*$/, () => "make run"],
    [/^This app has encountered an error.*$/s, () => "页面出错，详情已记入服务器日志，请联系管理员。"],
    [/^Selected (.+)\. (.+)$/, (m) => `已选 ${m[1]}`],
    [/^year, (.+)$/, (m) => `${m[1]}，年`],
    [/^month, (.+)$/, (m) => `${m[1]}，月`],
    [/^day, (.+)$/, (m) => `${m[1]}，日`],
    [/^(\d+) – [A-Z][a-z]+$/, (m) => `${Number(m[1])}月`],
    [/^Selected Date: (.+)$/, (m) => `已选日期 ${isNaN(new Date(m[1])) ? "" : new Date(m[1]).toLocaleDateString("zh-CN")}`],
    [/^Page (\d+)$/, (m) => `第${m[1]}页`],
    [/^Remove (.+)$/, (m) => `移除 ${m[1]}`],
  ];
  const attributes = ["aria-label", "aria-valuetext", "title", "placeholder"];
  const translated = (text) => {
    const trimmed = text.trim();
    if (!/^[A-Za-z0-9]/.test(trimmed)) return null;
    if (words.has(trimmed)) return words.get(trimmed);
    for (const [pattern, say] of patterns) {
      const match = trimmed.match(pattern);
      if (match) return say(match);
    }
    return null;
  };
  const translateAttributes = (root) => {
    for (const name of attributes) {
      const say = root.hasAttribute(name) ? translated(root.getAttribute(name)) : null;
      if (say !== null) root.setAttribute(name, say);
    }
  };
  // Only the framework's own elements: what the reader's data say is never touched.
  const ours = (node) => node.closest && node.closest(".sc, [data-testid=stPlotlyChart]");
  const translate = (root) => {
    if (root.nodeType === Node.TEXT_NODE) {
      const parent = root.parentElement;
      const say = parent && !ours(parent) ? translated(root.nodeValue) : null;
      if (say !== null && say !== root.nodeValue) root.nodeValue = say;
      return;
    }
    if (root.nodeType !== Node.ELEMENT_NODE || ours(root)) return;
    translateAttributes(root);
    for (const child of root.childNodes) translate(child);
  };
  translate(document.body);
  window.scorecardTables.enlivenAll();
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") translate(change.target);
      if (change.type === "attributes" && !ours(change.target)) translateAttributes(change.target);
      for (const node of change.addedNodes) {
        translate(node);
        hand(node);
      }
    }
    arrive();
    countPages();
    window.scorecardTables.enlivenAll();
    document.querySelectorAll(".js-plotly-plot:not([data-opens])").forEach(openPoint);
  }).observe(document.body, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: attributes,
  });
}
