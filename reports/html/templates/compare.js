"use strict";
// The comparison: filters, search and links. The address after the # holds their state.

const CHOICES = ["path", "cell", "family"];
const field = (name) => document.getElementById(name);
const changes = [...document.querySelectorAll(".change")];

const isShown = (change, words) =>
  CHOICES.every((name) => !field(name).value || change.dataset[name] === field(name).value) &&
  words.every((word) => change.textContent.toLowerCase().includes(word));

const show = () => {
  const words = field("query").value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const change of changes) {
    change.hidden = !isShown(change, words);
    count += !change.hidden;
  }
  for (const block of document.querySelectorAll(".block")) block.hidden = !block.querySelector(".change:not([hidden])");
  field("count").textContent = `${count} of ${changes.length} changes`;
};

const remember = (name) => {
  const state = new URLSearchParams();
  for (const choice of [...CHOICES, "query"]) if (field(choice).value) state.set(choice, field(choice).value);
  if (name) state.set("open", name);
  history.replaceState(null, "", state.size ? `#${state}` : location.pathname + location.search);
};

const restore = () => {
  const state = new URLSearchParams(location.hash.slice(1));
  for (const choice of [...CHOICES, "query"]) field(choice).value = state.get(choice) || "";
  show();
  const change = changes.find((one) => one.dataset.name === state.get("open"));
  if (!change) return;
  change.open = true;
  change.scrollIntoView();
  change.querySelector("summary").focus();
};

const changed = () => { remember(""); show(); };
field("query").addEventListener("input", changed);
for (const name of CHOICES) field(name).addEventListener("change", changed);
for (const change of changes) change.querySelector("summary").addEventListener("click", () => remember(change.open ? "" : change.dataset.name));
addEventListener("hashchange", restore);
restore();
