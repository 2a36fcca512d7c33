"use strict";
// Parts that all pages share: the dark theme, and buttons that copy a text. Foreign text stays text.

const make = (name, properties, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

const codeBlock = (text, label, folds) => {
  const pre = make("pre", { className: folds ? "folds" : "", tabIndex: 0 }, text);
  pre.setAttribute("role", "group");
  pre.setAttribute("aria-label", label);
  const button = make("button", { type: "button", className: "copy" }, "Copy");
  button.setAttribute("aria-label", `Copy: ${label}`);
  return make("div", { className: "code" }, pre, button);
};

const copyText = async (button) => {
  const pre = button.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = "Copied";
  } catch {
    // a page from disk may not write to the clipboard, so select the text for the reader instead
    getSelection().selectAllChildren(pre);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (button) copyText(button);
});

const theme = document.getElementById("theme");
const setTheme = (dark) => {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  theme.setAttribute("aria-pressed", String(dark));
};
theme.addEventListener("click", () => setTheme(theme.getAttribute("aria-pressed") !== "true"));
setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
