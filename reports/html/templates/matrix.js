"use strict";
// The matrix: its tables, filters, search, and the dialog of a cell. The address after the # holds
// their state, so that every view has a link.

const SIGNS = { holds: "✓", explained: "✓", rejected: "✓", leaked: "!", deviates: "✗", accepted: "✗", crashed: "✗", hung: "✗", unavailable: "–" };
const GOOD = ["holds", "explained", "rejected"];
const ORDER = ["unavailable", "holds", "explained", "rejected", "leaked", "deviates", "accepted", "crashed", "hung"];
const OPEN = "structure"; // this kind has few rows, so its groups are open from the start
const MANY = 120; // with at most this number of rows, all groups are open
const field = (name) => document.getElementById(name);
const CHOICES = ["path", "cell", "family"];
let data;
let opened = new Set(); // indices of the groups that the reader opened
let found = []; // errors that are similar to the query

const unpacked = async () => {
  const bytes = Uint8Array.from(atob(field("data").textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
};

// --- what is shown -------------------------------------------------------------------------------

const columnsShown = () =>
  [...document.querySelectorAll(".release")].filter((box) => box.checked).map((box) => Number(box.value));

const differs = (row, columns) => {
  const judged = columns.map((column) => row.entries[column]).filter((entry) => entry && entry.seen !== "unavailable");
  return new Set(judged.map((entry) => entry.text)).size > 1;
};

const wordsOf = (text) => text.toLowerCase().replace(/\b\d[\d.e+-]*\b/g, "#").match(/[a-z_#]{2,}|#/g) || [];

const likeness = (query, message) => {
  const asked = new Set(query);
  const found = new Set(message);
  if (!asked.size || !found.size) return 0;
  const both = [...asked].filter((word) => found.has(word)).length;
  // a pasted trace has more words than the message, and a part of a message has fewer
  return both / Math.min(asked.size, found.size);
};

const asksForAnError = (query) => wordsOf(query).length > 3 || /error|exception/i.test(query);

const plainText = (row) => `${row.name} ${row.clause} ${row.statement} ${data.groups[row.group].title} ${data.groups[row.group].about}`.toLowerCase();

const isShown = (row, columns, query, rowsOfErrors) => {
  if (CHOICES.some((name) => field(name).value && !matches(row, name, field(name).value))) return false;
  if (field("differences").checked && !differs(row, columns)) return false;
  if (!query) return true;
  return rowsOfErrors.has(row) || (!asksForAnError(query) && plainText(row).includes(query.toLowerCase()));
};

const matches = (row, name, value) => (name === "path" ? row.path.split(" ~ ").includes(value) : row[name] === value);

// --- errors --------------------------------------------------------------------------------------

const errorsOf = (verdict) => [...(verdict.error ? [verdict.error] : []), ...(verdict.refusals || [])];

const meanings = (row, verdict) => {
  const known = (verdict.ledger || []).map((name) => data.ledger[name]?.why).filter(Boolean);
  const group = data.groups[row.group];
  // the malformation explains the refusal
  return group.kind === "malformation" && group.about ? [`Seen when the call was given this mistake: ${group.about}.`, ...known] : known;
};

const errorsLike = (query) => {
  const words = wordsOf(query);
  const byMessage = new Map();
  if (!words.length) return [];
  for (const row of data.rows) {
    row.entries.forEach((entry, column) => {
      for (const verdict of (entry && entry.verdicts) || []) {
        for (const error of errorsOf(verdict)) {
          const message = wordsOf(error);
          const score = error.toLowerCase().includes(query.toLowerCase()) ? 2 : likeness(words, message);
          if (score < 0.7 || (score < 2 && words.length < 3)) continue;
          const key = message.join(" ");
          const one = byMessage.get(key) || { message: error, score, places: [], why: new Set() };
          one.places.push({ row, column });
          for (const why of meanings(row, verdict)) one.why.add(why);
          byMessage.set(key, one);
        }
      }
    });
  }
  return [...byMessage.values()].sort((a, b) => b.score - a.score || b.places.length - a.places.length);
};

const showErrors = (query) => {
  const box = field("errors");
  box.hidden = !query || (!found.length && !asksForAnError(query));
  if (box.hidden) return;
  const list = make("ul", {});
  for (const one of found.slice(0, 8)) {
    const clauses = new Map();
    for (const place of one.places) clauses.set(`${place.row.clause} ${place.row.path}`, place);
    const buttons = [...clauses.entries()].slice(0, 6).map(([name, place]) => {
      const button = make("button", { type: "button" }, name);
      button.addEventListener("click", () => open(place.row, place.column));
      return button;
    });
    const item = make("li", {}, make("code", {}, one.message), make("br"));
    for (const why of [...one.why].slice(0, 4)) item.append(make("p", {}, why));
    item.append(...buttons);
    if (clauses.size > 6) item.append(`and ${clauses.size - 6} more in the tables below`);
    list.append(item);
  }
  const none = "No error in these runs is similar.";
  box.replaceChildren(make("h2", {}, "Similar errors"), found.length ? list : make("p", {}, none));
};

// --- tables --------------------------------------------------------------------------------------

const cellOf = (row, column) => {
  const entry = row.entries[column];
  if (!entry) return make("td", {}, make("span", { className: "soft", title: "not judged" }, "not judged"));
  const label = `${row.name}, ${data.columns[column]}: ${entry.text}`;
  const button = make("button", { type: "button", className: `cell ${entry.seen}` }, `${SIGNS[entry.seen] || ""} ${entry.text}`);
  button.setAttribute("aria-label", label);
  button.dataset.cell = `${row.id}@${data.columns[column]}`;
  button.addEventListener("click", () => open(row, column));
  return make("td", {}, button);
};

const sumOf = (rows, column) => {
  const there = rows.map((row) => row.entries[column]).filter((entry) => entry);
  const judged = there.filter((entry) => entry.seen !== "unavailable");
  if (!judged.length) return make("td", {}, make("span", { className: "mark unavailable" }, there.length ? "– unavailable" : "not judged"));
  const worst = judged.reduce((a, b) => (ORDER.indexOf(b.seen) > ORDER.indexOf(a.seen) ? b : a)).seen;
  const good = judged.filter((entry) => GOOD.includes(entry.seen)).length;
  const text = good === judged.length ? `✓ all ${good}` : `${SIGNS[worst]} ${judged.length - good} of ${judged.length} ${worst === "deviates" ? "deviate" : "not refused"}`;
  return make("td", {}, make("span", { className: `mark ${worst}` }, text));
};

const groupOf = (group, index, rows, columns, open) => {
  const button = make("button", { type: "button" }, make("strong", {}, group.title), group.severity ? ` (${group.severity})` : "", group.about ? make("span", {}, group.about) : null);
  button.setAttribute("aria-expanded", String(open));
  const head = make("tr", { className: "group" }, make("th", { scope: "row" }, button), ...columns.map((column) => sumOf(rows, column)));
  const body = make("tbody", {}, head);
  const fill = () => body.append(...rows.map((row) => make("tr", { className: "row" }, make("th", { scope: "row" }, row.name), ...columns.map((column) => cellOf(row, column)))));
  if (open) fill();
  button.addEventListener("click", () => {
    const now = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(now));
    opened[now ? "add" : "delete"](index);
    if (now) fill();
    else body.replaceChildren(head);
  });
  return body;
};

const tableOf = (kind, rows, columns, all) => {
  const byGroup = Map.groupBy ? Map.groupBy(rows, (row) => row.group) : rows.reduce((map, row) => map.set(row.group, [...(map.get(row.group) || []), row]), new Map());
  const heads = columns.map((column) => {
    const keras = field("content").querySelectorAll(".release")[column].dataset.keras;
    return make("th", { scope: "col" }, data.columns[column], make("small", {}, keras));
  });
  const first = { form: "path · cell · form", structure: "path · cell", malformation: "malformation · path · cell", clause: "clause · path · cell" }[kind.id];
  const title = make("h2", { id: `kind-${kind.id}` }, kind.title);
  const table = make("table", { className: "matrix" }, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, first), ...heads)));
  table.setAttribute("aria-labelledby", title.id);
  for (const [index, mine] of byGroup) table.append(groupOf(data.groups[index], index, mine, columns, all || opened.has(index) || kind.id === OPEN));
  const box = make("div", { className: "scrolls", tabIndex: 0 }, table);
  box.setAttribute("role", "region");
  box.setAttribute("aria-labelledby", title.id);
  return make("section", {}, title, make("p", { className: "soft" }, kind.about), box);
};

const show = () => {
  const query = field("query").value.trim();
  const columns = columnsShown();
  found = query ? errorsLike(query) : [];
  const rowsOfErrors = new Set(found.flatMap((one) => one.places.map((place) => place.row)));
  const rows = data.rows.filter((row) => isShown(row, columns, query, rowsOfErrors));
  const kinds = data.kinds.map((kind) => [kind, rows.filter((row) => data.groups[row.group].kind === kind.id)]);
  const sections = kinds.filter(([, mine]) => mine.length).map(([kind, mine]) => tableOf(kind, mine, columns, rows.length <= MANY));
  field("tables").replaceChildren(...(sections.length ? sections : [make("p", {}, "No row fits this search.")]));
  field("count").textContent = `${rows.length} of ${data.rows.length} rows`;
  showErrors(query);
};

// --- one cell ------------------------------------------------------------------------------------

const line = (title, value) => (value ? [make("dt", {}, title), make("dd", {}, value)] : []);

const threadOf = (address) => {
  // only a web address becomes a link
  if (!/^https?:\/\//i.test(address)) return address;
  return make("a", { href: address, rel: "noopener noreferrer" }, address);
};

const knownAs = (name) => {
  const entry = data.ledger[name] || {};
  const parts = [make("strong", {}, name)];
  if (entry.why) parts.push(make("p", {}, entry.why));
  parts.push(make("p", {}, entry.thread ? "Upstream: " : "Upstream: no thread is known.", entry.thread ? threadOf(entry.thread) : ""));
  return make("li", {}, ...parts);
};

const verdictSection = (verdict) => {
  const words = { known: "deviates; this is listed as known", new: "deviates; this is new" }[verdict.verdict] || verdict.verdict;
  const box = make("section", { className: "verdict" });
  box.append(make("h3", {}, verdict.modes || "all modes"));
  box.append(make("dl", {},
    ...line("verdict", words), ...line("grade", verdict.grade), ...line("cases", verdict.cases && String(verdict.cases)),
    ...line("seen", verdict.sentence), ...line("unavailable because", verdict.reason), ...line("error", verdict.error && make("code", {}, verdict.error)),
    ...line("raised in", verdict.raised), ...line("final state", verdict.structures && verdict.structures.join(" or "))));
  if (verdict.refusals) box.append(make("h3", {}, "Refused with"), ...verdict.refusals.map((text) => make("p", {}, make("code", {}, text))));
  if (verdict.ledger) box.append(make("h3", {}, "Why"), make("ul", {}, ...verdict.ledger.map(knownAs)));
  if (verdict.script) box.append(make("h3", {}, "Script"), make("p", { className: "soft" }, "This script needs only tensorflow and numpy. It exits with 1 if the deviation is present, and with 0 if it is not."), codeBlock(verdict.script, "the script"));
  else if (verdict.why_not) box.append(make("p", { className: "soft" }, `There is no script: ${verdict.why_not}.`));
  if (verdict.case) box.append(make("h3", {}, "Minimal case"), codeBlock(verdict.case, "the case", true));
  if (verdict.observation) box.append(make("h3", {}, "Observation"), codeBlock(verdict.observation, "the observation", true));
  if (verdict.replay) box.append(make("h3", {}, "Run this case again"), codeBlock(verdict.replay, "the command", true));
  return box;
};

const open = (row, column) => {
  const entry = row.entries[column];
  const group = data.groups[row.group];
  const close = make("button", { type: "button" }, "Close");
  close.addEventListener("click", () => field("detail").close());
  const link = make("button", { type: "button" }, "Copy link");
  link.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(location.href); link.textContent = "Copied"; } catch { link.textContent = "Copy the address of this page instead"; }
  });
  const title = [group.title, row.name, data.columns[column]].join(" · ");
  field("detail-body").replaceChildren(
    make("div", { className: "bar" }, make("h2", { id: "detail-title", tabIndex: -1, autofocus: true }, title), make("div", {}, link, close)),
    make("p", {}, make("span", { className: `mark ${entry ? entry.seen : ""}` }, entry ? entry.text : "not judged"), ` ${row.clause}: ${row.statement || group.about}`),
    ...((entry && entry.verdicts) || []).map(verdictSection));
  if (!field("detail").open) field("detail").showModal();
  field("detail").scrollTop = 0;
  remember(`${row.id}@${data.columns[column]}`);
};

// --- the address ---------------------------------------------------------------------------------

const remember = (cell) => {
  const state = new URLSearchParams();
  for (const name of [...CHOICES, "query"]) if (field(name).value) state.set(name, field(name).value);
  if (field("differences").checked) state.set("differences", "1");
  const hidden = [...document.querySelectorAll(".release")].filter((box) => !box.checked).map((box) => data.columns[box.value]);
  for (const release of hidden) state.append("without", release);
  if (cell) state.set("open", cell);
  const text = state.toString();
  if (location.hash.slice(1) !== text) history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
};

const restore = () => {
  const state = new URLSearchParams(location.hash.slice(1));
  for (const name of [...CHOICES, "query"]) field(name).value = state.get(name) || "";
  field("differences").checked = state.has("differences");
  for (const box of document.querySelectorAll(".release")) box.checked = !state.getAll("without").includes(data.columns[box.value]);
  show();
  const cell = state.get("open");
  if (!cell) return;
  const at = cell.lastIndexOf("@");
  const row = data.rows.find((one) => one.id === cell.slice(0, at));
  const column = data.columns.indexOf(cell.slice(at + 1));
  if (row && column >= 0) open(row, column);
};

const changed = () => { remember(""); show(); };

// The arrow keys move from cell to cell; Tab goes through all cells in order.
const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const move = (event) => {
  const from = event.target.closest("td");
  const by = moves[event.key];
  if (!from || !by) return;
  const rows = [...from.closest("table").rows];
  const to = rows[from.parentElement.rowIndex + by[1]]?.cells[from.cellIndex + by[0]]?.querySelector("button");
  if (to) { event.preventDefault(); to.focus(); }
};

const start = async () => {
  data = await unpacked();
  let waiting;
  field("query").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(changed, 150); });
  for (const name of [...CHOICES, "differences"]) field(name).addEventListener("change", changed);
  for (const box of document.querySelectorAll(".release")) box.addEventListener("change", changed);
  field("reset").addEventListener("click", () => { opened = new Set(); history.replaceState(null, "", location.pathname + location.search); restore(); });
  field("detail").addEventListener("close", () => remember(""));
  field("tables").addEventListener("keydown", move);
  addEventListener("hashchange", restore);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(TEXTAREA|INPUT|SELECT)$/.test(event.target.tagName)) { event.preventDefault(); field("query").focus(); }
  });
  restore();
};

start().catch((error) => { field("tables").replaceChildren(make("p", { className: "warning" }, `This browser cannot show the table: ${error.message}`)); });
