// The button that leads away from a page: what it leads to takes the page's place in the history too, so that going back
// does not show it. Without this script the button is a link.
for (const link of document.querySelectorAll("[data-leave]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
