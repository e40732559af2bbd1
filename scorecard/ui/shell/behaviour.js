// What the framework cannot be told otherwise: the page's language, links that keep the session, and its own English words.
// Static: no data ever enters this script. Without it every link still works as an ordinary link.
if (!window.scorecardBehaviour) {
  window.scorecardBehaviour = true;
  document.documentElement.lang = "zh-CN";

  // A link of ours changes page or opens an indicator. The framework listens to the browser's own history, so writing
  // the address there costs one rerun instead of a new session.
  document.addEventListener("click", (event) => {
    const link = event.target.closest ? event.target.closest("a.go") : null;
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const to = new URL(link.href);
    const room = new URLSearchParams(location.search).get("room");
    if (room !== null) to.searchParams.set("room", room); // the meeting room's large type is not left by a link
    history.pushState({}, "", to);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
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
    [/^.*files are not allowed\.?$/, () => "只接收 CSV 文件"],
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
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") translate(change.target);
      if (change.type === "attributes" && !ours(change.target)) translateAttributes(change.target);
      for (const node of change.addedNodes) {
        translate(node);
        hand(node);
      }
    }
  }).observe(document.body, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: attributes,
  });
}
