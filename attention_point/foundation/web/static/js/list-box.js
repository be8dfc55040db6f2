// A box for a name from a long list (data-list: the list's address) offers the names that match, accents or not. The
// list is fetched once, and kept by the browser. What is typed is sent as it is; the server reads it.
const MOST_SHOWN = 8;
const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").trim().toLowerCase();
const lists = new Map();

function fetchNames(address) {
  if (!lists.has(address)) {
    const names = fetch(address)
      .then((reply) => reply.json())
      .then((pairs) => pairs.map(([, name]) => ({ name, text: plain(name) })));
    lists.set(address, names);
    names.catch(() => lists.delete(address)); // no line: the next letter tries again
  }
  return lists.get(address);
}

function findNames(names, typed) {
  const text = plain(typed);
  const matching = names.filter((entry) => entry.text.includes(text));
  const rank = (entry) => (entry.text.startsWith(text) ? 0 : 1);
  return matching.sort((a, b) => rank(a) - rank(b)).slice(0, MOST_SHOWN);
}

function enhance(box) {
  const frame = box.parentElement.querySelector("[data-list-names]");
  const list = document.createElement("ul");
  list.className = "suggestions__list";
  list.id = `${box.id}-names`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.labels[0].textContent.trim());
  frame.append(list);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  let chosen = -1;

  const close = () => {
    frame.hidden = true;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const take = (item) => {
    box.value = item.textContent;
    close();
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const mark = (position) => {
    const items = [...list.children];
    chosen = (position + items.length) % items.length;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
    box.setAttribute("aria-activedescendant", items[chosen].id);
    items[chosen].scrollIntoView({ block: "nearest" });
  };
  const offer = async () => {
    const typed = box.value;
    const names = await fetchNames(box.dataset.list).catch(() => []);
    if (typed !== box.value || document.activeElement !== box) return;
    const found = typed.trim() ? findNames(names, typed) : [];
    list.replaceChildren(
      ...found.map(({ name }, index) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${index}`;
        item.className = "suggestions__name";
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = name;
        return item;
      }),
    );
    close();
    frame.hidden = !found.length;
    box.setAttribute("aria-expanded", String(Boolean(found.length)));
  };

  close();
  box.addEventListener("focus", () => {
    box.select(); // what is proposed is replaced by the first letter
    fetchNames(box.dataset.list).catch(() => {});
  });
  box.addEventListener("input", offer);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (frame.hidden) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Escape") close();
    // Enter takes the name that is marked, or the first one, and goes on as Enter does.
    else if (event.key === "Enter") return take(list.children[Math.max(chosen, 0)]);
    else return;
    event.preventDefault();
  });
  // Before the box loses the focus, which closes the list.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) take(item);
  });
}

document.querySelectorAll("input[data-list]").forEach(enhance);
