"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const find = document.querySelector(".find");
  const search = document.querySelector("#search");
  const boxes = [...find.querySelectorAll("input[type=checkbox]")];
  const shown = document.querySelector("#shown");
  const nothing = document.querySelector(".nothing");
  const clear = document.querySelector("#clear");
  const theme = document.querySelector("#theme");
  const papers = [...document.querySelectorAll("article")].map((element) => ({
    element,
    text: element.querySelector("h2").textContent.concat(" ", element.querySelector(".abstract").textContent).toLowerCase(),
    tags: new Set([...element.querySelectorAll(".tags li")].map((tag) => tag.dataset.tag)),
  }));
  for (const hidden of document.querySelectorAll(".needs-js")) hidden.hidden = false;
  document.querySelector(".columns").classList.remove("plain");

  const chosen = () => {
    const byDimension = new Map();
    for (const box of boxes) {
      if (!box.checked) continue;
      if (!byDimension.has(box.name)) byDimension.set(box.name, []);
      byDimension.get(box.name).push(box.value);
    }
    return byDimension;
  };
  // Within a dimension any of the chosen tags will do; every dimension with a choice has to agree.
  const fits = (paper, wanted, words, except) =>
    words.every((word) => paper.text.includes(word)) &&
    [...wanted].every(([name, tags]) => name === except || tags.some((tag) => paper.tags.has(tag)));

  const update = (remember) => {
    const wanted = chosen();
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let visible = 0;
    for (const paper of papers) {
      paper.element.hidden = !fits(paper, wanted, words, null);
      if (!paper.element.hidden) visible += 1;
    }
    const picked = new Set([...wanted.values()].flat());
    for (const tag of document.querySelectorAll(".tags li")) tag.classList.toggle("found", picked.has(tag.dataset.tag));
    for (const box of boxes) {
      const others = papers.filter((paper) => fits(paper, wanted, words, box.name));
      const count = others.filter((paper) => paper.tags.has(box.value)).length;
      const label = box.closest("label");
      label.querySelector(".count").textContent = count;
      label.classList.toggle("none", count === 0 && !box.checked);
    }
    shown.textContent = visible === papers.length ? `${visible} papers` : `${visible} of ${papers.length} papers`;
    nothing.hidden = visible > 0;
    clear.hidden = wanted.size === 0 && words.length === 0;
    if (!remember) return;
    const parameters = new URLSearchParams();
    for (const box of boxes) if (box.checked) parameters.append("tag", box.value);
    if (search.value) parameters.set("q", search.value);
    const hash = parameters.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  };
  const restore = () => {
    const parameters = new URLSearchParams(location.hash.slice(1));
    const tags = new Set(parameters.getAll("tag"));
    for (const box of boxes) box.checked = tags.has(box.value);
    search.value = parameters.get("q") || "";
    update(false);
  };

  find.addEventListener("input", () => update(true));
  find.addEventListener("submit", (event) => event.preventDefault());
  clear.addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    search.value = "";
    update(true);
    search.focus();
  });
  window.addEventListener("hashchange", restore);
  for (const { element } of papers) {
    const more = element.querySelector(".more");
    const abstract = element.querySelector(".abstract");
    more.hidden = abstract.scrollHeight <= abstract.clientHeight + 2;
    more.addEventListener("click", () => {
      const open = element.classList.toggle("open");
      more.textContent = open ? "Show less" : "Show the whole abstract";
      more.setAttribute("aria-expanded", String(open));
    });
  }
  // A browser may refuse to store anything for a page (files, private windows); the theme then holds for this visit.
  const remembered = (value) => {
    try {
      if (value) localStorage.setItem("tagger-theme", value);
      return localStorage.getItem("tagger-theme");
    } catch {
      return value;
    }
  };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const tellTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remembered(root.dataset.theme);
    tellTheme();
  });
  const before = remembered();
  if (before === "light" || before === "dark") root.dataset.theme = before;
  system.addEventListener("change", tellTheme);
  tellTheme();

  let at = -1;
  const move = (step) => {
    const visible = papers.filter((paper) => !paper.element.hidden);
    if (!visible.length) return;
    const active = visible.findIndex((paper) => paper.element.contains(document.activeElement));
    at = Math.min(Math.max((active >= 0 ? active : step > 0 ? -1 : 1) + step, 0), visible.length - 1);
    const target = visible[at].element;
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && document.activeElement === search) search.blur();
    if (event.target.matches("input[type=search]")) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
  });
  restore();
})();
