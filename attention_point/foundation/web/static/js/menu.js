// Menus are <details>: without this script they open and close by their own title. Escape and a tap elsewhere close them too.
// A size of text or a contrast changes the page as it stands, so that nothing typed is lost; without the script it is a link.
const menus = document.querySelectorAll("details[data-menu]");

// Where the row of places is wider than the screen, the place where one is stands in sight.
for (const row of document.querySelectorAll(".menu__list")) {
  const place = row.querySelector("[aria-current]");
  if (place) row.scrollLeft = place.offsetLeft - (row.clientWidth - place.offsetWidth) / 2;
}

document.addEventListener("click", ({ target }) => {
  for (const menu of menus) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const link of document.querySelectorAll("[data-display] a")) {
  const list = link.closest("ul");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const value = new URL(link.href).pathname.split("/").pop();
    document.documentElement.setAttribute(`data-${list.dataset.display}`, value);
    for (const choice of list.querySelectorAll("a")) choice.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    // The reply sets the cookie; the page to which it leads is this one.
    fetch(link.href, { redirect: "manual" }).catch(() => null);
  });
}
