"use strict";
(() => {
  const root = document.documentElement;
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
  const show = () => {
    const before = remembered();
    if (before === "light" || before === "dark") root.dataset.theme = before;
    const button = document.querySelector("#theme");
    if (button) button.textContent = isDark() ? "Light" : "Dark";
  };
  show();
  system.addEventListener("change", show);
  addEventListener("pageshow", show);  // also when the browser takes a page out of its history as it was
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("#theme");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      remembered(root.dataset.theme);
      show();
    });
    show();
  });
})();
