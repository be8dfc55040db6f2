// A page that answers a form which cannot be sent again (somebody must sign in first) takes the address of a page that
// can be opened: going back and reloading then find that page, and not the browser's question about sending again.
const page = document.querySelector("[data-address]");
if (page) history.replaceState(null, "", page.dataset.address);
