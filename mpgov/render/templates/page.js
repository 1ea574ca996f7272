"use strict";
// Filters over what the page already says. Text is read from the page and compared, never run.
const all = (what, where = document) => [...where.querySelectorAll(what)];
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const texts = new WeakMap();
const refuse = (node) => /^(?:DT|THEAD|TITLE)$/.test(node.nodeName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;

// What an item says, without the headings of its tables and lists.
function textOf(item) {
  if (!texts.has(item)) {
    const walk = document.createTreeWalker(item, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, refuse);
    const parts = [];
    while (walk.nextNode()) if (walk.currentNode.nodeType === 3) parts.push(walk.currentNode.data);
    texts.set(item, fold(parts.join(" ").replace(/\s+/g, " ")));
  }
  return texts.get(item);
}

function makeList(form) {
  const home = document.getElementById(form.dataset.list);
  const status = document.querySelector(`[data-count="${form.dataset.list}"]`);
  const search = form.querySelector("[type=search]");
  const by = form.querySelector("[data-group]");
  const clear = form.querySelector("[data-clear]");
  const controls = all("[name]", form);
  const filters = controls.filter((one) => one !== by);
  const unique = new Map();
  for (const item of all("[data-item]", home)) if (!unique.has(item.dataset.item)) unique.set(item.dataset.item, item);
  const extra = document.getElementById(form.dataset.extra ?? "");
  const extras = extra ? all("tbody tr", extra) : [];
  let grouped = by ? by.dataset.group : "";
  let opened = [];

  const isSet = (one) => one.type === "checkbox" ? one.checked : one.value.trim() !== "";
  const keyOf = (one) => one.type === "checkbox" ? one.value : one.selectedOptions[0].dataset.k;

  const words = () => fold(search.value).split(/\s+/).filter(Boolean);
  const says = (item, ones) => ones.every((word) => textOf(item).includes(word));

  function wanted() {
    const keys = {};
    const ones = words();
    for (const one of filters) if (one.dataset.key && isSet(one)) (keys[one.dataset.key] ??= []).push(keyOf(one));
    return (item) =>
      Object.entries(keys).every(([key, wish]) => {
        const has = item.dataset[key].split(" ");
        return wish.some((one) => has.includes(one));
      }) && says(item, ones);
  }

  function apply() {
    const fits = wanted();
    const shown = new Set();
    for (const [id, item] of unique) if (fits(item)) shown.add(id);
    for (const item of all("[data-item]", home)) item.hidden = !shown.has(item.dataset.item);
    for (const group of all(".group", home)) {
      const left = all("[data-item]:not([hidden])", group).length;
      group.hidden = !left;
      group.querySelector(".n").textContent = left.toLocaleString("en");
    }
    const active = filters.some(isSet);
    clear.hidden = !active;
    const word = unique.size === 1 ? form.dataset.one : form.dataset.many;
    const [some, whole] = [shown.size, unique.size].map((n) => n.toLocaleString("en"));
    const aside = [...unique.values()].filter((item) => (item.dataset.state ?? "new") !== "new").length;
    const note = aside ? `, ${aside.toLocaleString("en")} of them set aside` : "";
    status.textContent = (active ? `${some} of ${whole} ${word}` : `${whole} ${word}${note}`) + beside();
    status.classList.toggle("active", active);
    for (const one of opened) one.open = false;
    opened = [];
    if (search.value.trim() && shown.size <= 3)
      opened = [...shown].map((id) => unique.get(id)).filter((one) => one.nodeName === "DETAILS" && !one.open);
    for (const one of opened) one.open = true;
    mark();
  }

  // Rows of another table that the words are looked for in too.
  function beside() {
    if (!extra) return "";
    const ones = words();
    const fitting = extras.filter((row) => says(row, ones));
    for (const row of extras) row.hidden = true;
    for (const row of fitting) row.hidden = false;
    extra.hidden = !fitting.length;
    return ones.length ? `, ${fitting.length} of ${extras.length} ${form.dataset.extras}` : "";
  }

  // The words looked for, marked without touching the page's text, where the browser can.
  function mark() {
    if (!CSS.highlights) return;
    const long = words().filter((word) => word.length > 1);
    const ranges = [];
    const items = long.length ? [...all("[data-item]:not([hidden])", home).slice(0, 60), ...extras] : [];
    for (const item of items) {
      const walk = document.createTreeWalker(item, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, refuse);
      while (walk.nextNode()) {
        const node = walk.currentNode;
        if (node.nodeType !== 3) continue;
        const text = node.data.toLowerCase();
        if (text.length !== node.data.length) continue;
        for (const word of long)
          for (let at = text.indexOf(word); at >= 0 && ranges.length < 2000; at = text.indexOf(word, at + word.length)) {
            const range = new Range();
            range.setStart(node, at);
            range.setEnd(node, at + word.length);
            ranges.push(range);
          }
      }
    }
    if (ranges.length) CSS.highlights.set(form.dataset.list, new Highlight(...ranges));
    else CSS.highlights.delete(form.dataset.list);
  }

  function titleOf(key, id) {
    for (const one of all("[data-key]", form)) {
      if (one.dataset.key !== key) continue;
      if (one.type === "checkbox" && one.value === id) return one.dataset.title;
      const option = one.options && [...one.options].find((o) => o.dataset.k === id);
      if (option) return option.dataset.title || option.value;
    }
    return id;
  }

  // Groups in the order of their first finding; what several own is under each of them.
  function group() {
    if (!by || by.value === grouped) return;
    grouped = by.value;
    const groups = new Map();
    for (const item of unique.values()) {
      const aside = grouped === "severity" && item.dataset.state !== "new";
      const key = aside ? "state" : grouped;
      for (const id of item.dataset[key].split(" ")) {
        const name = `${key} ${id}`;
        if (!groups.has(name)) groups.set(name, { title: titleOf(key, id), items: [] });
        groups.get(name).items.push(item);
      }
    }
    const placed = new Set();
    const made = [...groups.values()].map(({ title, items }, n) => {
      const section = document.createElement("section");
      const heading = document.createElement("h3");
      const list = document.createElement("ul");
      const count = document.createElement("span");
      section.className = "group";
      heading.id = `g${n}`;
      section.setAttribute("aria-labelledby", heading.id);
      list.className = "list";
      count.className = "n";
      heading.append(`${title} `, count);
      for (const item of items) {
        let own = item;
        if (placed.has(item)) {
          own = item.cloneNode(true);
          own.removeAttribute("id");
        }
        placed.add(item);
        list.append(own);
      }
      section.append(heading, list);
      return section;
    });
    home.replaceChildren(...made);
  }

  return {
    form,
    home,
    write(params) {
      for (const one of controls) {
        if (one === by ? one.value !== by.dataset.group : isSet(one)) params.append(one.name, one.value);
      }
    },
    read(params) {
      for (const one of controls) {
        const given = params.getAll(one.name);
        if (one.type === "checkbox") one.checked = given.includes(one.value);
        else if (one === by) one.value = given[0] || by.dataset.group;
        else one.value = given[0] || "";
        if (one.options && one.selectedIndex < 0) one.selectedIndex = 0;
      }
    },
    clear() {
      for (const one of filters) {
        if (one.type === "checkbox") one.checked = false;
        else one.value = "";
      }
    },
    draw() {
      group();
      apply();
    },
  };
}

const lists = all("form[data-list]").map(makeList);

function remember() {
  const params = new URLSearchParams();
  for (const list of lists) list.write(params);
  const told = params.toString();
  history.replaceState(null, "", told ? `#?${told}` : location.pathname + location.search);
}

function restore() {
  const params = new URLSearchParams(location.hash.slice(2));
  for (const list of lists) {
    list.read(params);
    list.draw();
  }
}

// Where a link leads is opened and shown, even if a filter hid it.
function reveal(id) {
  const target = document.getElementById(id);
  if (!target) return false;
  if (target.closest("[hidden]")) {
    for (const list of lists) {
      list.clear();
      list.draw();
    }
  }
  for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
  const place = target.closest("details")?.querySelector("summary") ?? target;
  place.scrollIntoView();
  if (place.matches("summary, [tabindex]")) place.focus({ preventScroll: true });
  else {
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }
  return true;
}

function follow() {
  if (location.hash.startsWith("#?")) return restore();
  let id = location.hash.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    // Not encoded: as it is.
  }
  if (id) reveal(id);
}

for (const list of lists) {
  let timer = 0;
  const changed = () => {
    clearTimeout(timer);
    list.draw();
    remember();
  };
  list.form.hidden = false;
  list.form.addEventListener("submit", (event) => event.preventDefault());
  list.form.addEventListener("input", (event) => {
    if (!event.target.name) return;
    clearTimeout(timer);
    if (event.target.type === "search") timer = setTimeout(changed, 150);
    else changed();
  });
  list.form.querySelector("[data-clear]").addEventListener("click", () => {
    list.clear();
    changed();
    list.form.querySelector("[type=search]").focus();
  });
  const opener = list.form.querySelector("[data-open]");
  opener?.addEventListener("click", () => {
    const open = opener.textContent === "Open all";
    for (const one of all("details[data-item]:not([hidden])", list.home)) one.open = open;
    opener.textContent = open ? "Close all" : "Open all";
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.dataset.set) {
    event.preventDefault();
    const list = lists[0];
    list.clear();
    list.read(new URLSearchParams([link.dataset.set.split(/=(.*)/s).slice(0, 2)]));
    list.draw();
    remember();
    reveal(link.hash.slice(1));
  } else setTimeout(follow);
});

let closed = [];
addEventListener("beforeprint", () => {
  closed = document.body.dataset.print === "all" ? all("details:not([open])") : [];
  for (const one of closed) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of closed) one.open = false;
});
addEventListener("hashchange", follow);
for (const list of lists) list.draw();
follow();
