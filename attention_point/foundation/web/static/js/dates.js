// Eight digits become DD/MM/YYYY, and the date is said in words (with the age, for a birth date), so that a slip is heard.
const lang = document.documentElement.lang;
const inWords = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" });
const inYears = new Intl.NumberFormat(lang, { style: "unit", unit: "year", unitDisplay: "long" });
const inMonths = new Intl.NumberFormat(lang, { style: "unit", unit: "month", unitDisplay: "long" });

function read(text) {
  const parts = text.match(/^(\d{1,2})\D+(\d{1,2})\D+(\d{4})$/) ?? text.match(/^(\d{2})(\d{2})(\d{4})$/);
  if (!parts) return null;
  const [day, month, year] = parts.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCDate() === day && date.getUTCMonth() === month - 1 ? date : null;
}

function age(date) {
  const now = new Date();
  let months = (now.getFullYear() - date.getUTCFullYear()) * 12 + now.getMonth() - date.getUTCMonth();
  if (now.getDate() < date.getUTCDate()) months -= 1;
  if (months < 0) return "";
  return months < 24 ? inMonths.format(months) : inYears.format(Math.floor(months / 12));
}

for (const input of document.querySelectorAll("[data-date]")) {
  const said = input.parentElement.querySelector("output");
  const say = () => {
    const date = read(input.value.trim());
    const parts = date ? [inWords.format(date), input.dataset.date === "age" ? age(date) : ""] : [];
    said.textContent = parts.filter(Boolean).join(" · ");
  };
  input.addEventListener("input", (event) => {
    // Slashes come only while typing forward at the end, never against a correction in the middle.
    const typing = event.inputType?.startsWith("insert") && input.selectionStart === input.value.length;
    if (typing && /^(\d{2}|\d{2}\/\d{2})$/.test(input.value)) input.value += "/";
    if (/^\d{8}$/.test(input.value)) input.value = input.value.replace(/^(..)(..)/, "$1/$2/");
    say();
  });
  say();
}
