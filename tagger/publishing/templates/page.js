"use strict";
(() => {
  document.documentElement.classList.add("js");
  const find = document.querySelector(".find");
  const search = document.querySelector("#search");
  const boxes = [...find.querySelectorAll("fieldset input[type=checkbox]")];
  const shown = document.querySelector("#shown");
  const nothing = document.querySelector(".nothing");
  const clear = document.querySelector("#clear");
  const all = document.querySelector("#all");
  const sort = document.querySelector("#sort");
  const keys = document.querySelector("#keys");
  // On a phone the tags to choose from would fill the first screen.
  const choice = find.querySelector("details");
  const narrow = matchMedia("(max-width: 52rem)");
  const fold = () => { choice.open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
  // A tag says its number, that of the way it came about, and its score if it has one.
  const tagOf = (tag) => tag.dataset.tag.split(",")[0];
  const made = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const papers = [...document.querySelectorAll("article")].map((element) => ({
    element,
    text: element.querySelector("h2").textContent.concat(" ", element.querySelector(".abstract").textContent).toLowerCase(),
    upvotes: Number(element.dataset.upvotes || 0),
    tags: new Set([...element.querySelectorAll(".tags li")].map(tagOf)),
  }));
  const inPlace = [...papers];
  for (const hidden of document.querySelectorAll(".needs-js")) hidden.hidden = false;
  document.querySelector(".columns").classList.remove("plain");

  const chosen = () => {
    const byDimension = new Map();
    for (const box of boxes) {
      if (!box.checked) continue;
      if (!byDimension.has(box.name)) byDimension.set(box.name, []);
      byDimension.get(box.name).push(box.dataset.tag);
    }
    return byDimension;
  };
  // Any of the chosen tags of a dimension will do, unless all are asked for; every dimension with a choice has to agree.
  const fits = (paper, wanted, words, except) => {
    const has = (tag) => paper.tags.has(tag);
    return words.every((word) => paper.text.includes(word)) &&
      [...wanted].every(([name, tags]) => (all.checked ? tags.every(has) : name === except || tags.some(has)));
  };
  let order = "";
  const arrange = () => {
    if (!sort || sort.value === order) return;
    order = sort.value;
    const by = order ? [...inPlace].sort((one, other) => other.upvotes - one.upvotes) : inPlace;
    papers.splice(0, papers.length, ...by);
    nothing.before(...papers.map((paper) => paper.element));
  };

  const update = (remember) => {
    arrange();
    const wanted = chosen();
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let visible = 0;
    for (const paper of papers) {
      paper.element.hidden = !fits(paper, wanted, words, null);
      if (!paper.element.hidden) visible += 1;
    }
    const picked = new Set([...wanted.values()].flat());
    choice.querySelector("summary").textContent = picked.size ? `Tags (${picked.size} chosen)` : "Tags";
    for (const tag of document.querySelectorAll(".tags li")) tag.classList.toggle("found", picked.has(tagOf(tag)));
    for (const box of boxes) {
      const others = papers.filter((paper) => fits(paper, wanted, words, box.name));
      const count = others.filter((paper) => paper.tags.has(box.dataset.tag)).length;
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
    if (all.checked) parameters.set("match", "all");
    if (sort && sort.value) parameters.set("sort", sort.value);
    const hash = parameters.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  };
  const restore = () => {
    if (location.hash.startsWith("#paper-")) {
      open(document.getElementById(decodeURIComponent(location.hash.slice(1))));
      return update(false);
    }
    const parameters = new URLSearchParams(location.hash.slice(1));
    const tags = new Set(parameters.getAll("tag"));
    for (const box of boxes) box.checked = tags.has(box.value);
    search.value = parameters.get("q") || "";
    all.checked = parameters.get("match") === "all";
    if (sort) sort.value = parameters.get("sort") === "upvotes" ? "upvotes" : "";
    update(false);
  };

  find.addEventListener("input", () => update(true));
  find.addEventListener("submit", (event) => event.preventDefault());
  const clearFilter = () => {
    for (const box of boxes) box.checked = false;
    search.value = "";
    update(true);
  };
  const open = (element, wanted = true) => {
    if (!element || element.querySelector(".more").hidden) return;
    const more = element.querySelector(".more");
    element.classList.toggle("open", wanted);
    more.textContent = wanted ? "Show less" : "Show the whole abstract";
    more.setAttribute("aria-expanded", String(wanted));
  };
  clear.addEventListener("click", () => {
    clearFilter();
    search.focus();
  });
  window.addEventListener("hashchange", restore);
  const ways = [...document.querySelectorAll("#ways li")];
  const told = (tag) => {
    const [, way, score] = tag.dataset.tag.split(",");
    const [accepted, rule] = [...ways[way].childNodes].map((part) => part.textContent);
    return `${tag.textContent.trim()}: ${accepted}${score ? ` at ${score}` : ""}, ${ways[way].dataset.day}${rule || ""}`;
  };
  for (const { element } of papers) {
    element.tabIndex = -1;
    const abstract = element.querySelector(".abstract");
    const more = made("button", { type: "button", className: "more", textContent: "Show the whole abstract" });
    more.setAttribute("aria-expanded", "false");
    const place = made("a", { className: "place", href: `#${encodeURIComponent(element.id)}`, textContent: "Link" });
    place.setAttribute("aria-label", `Link to ${element.querySelector("h2").textContent}`);
    const how = made("details", {}, made("summary", { textContent: "How it was tagged" }));
    how.addEventListener("toggle", () => {
      const tags = [...element.querySelectorAll(".tags li")];
      how.append(made("ul", {}, ...tags.map((tag) => made("li", { textContent: told(tag) }))));
    }, { once: true });
    element.append(made("div", { className: "foot" }, more, place, how));
    more.hidden = abstract.scrollHeight <= abstract.clientHeight + 2;
    more.addEventListener("click", () => open(element, !element.classList.contains("open")));
  }

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
  document.querySelector("#help").addEventListener("click", () => keys.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (event.key === "Escape" && document.activeElement === search) search.blur();
    if (event.target.matches("input[type=search], select")) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
    if (event.key === "o") {
      const paper = document.activeElement.closest("article");
      if (paper) open(paper, !paper.classList.contains("open"));
    }
    if (event.key === "s" && sort) { sort.value = sort.value ? "" : "upvotes"; update(true); }
    if (event.key === "c") clearFilter();
    if (event.key === "?") keys.showModal();
  });
  restore();
})();
