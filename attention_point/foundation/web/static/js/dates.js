// Eight digits become DD/MM/YYYY, and the date is said in words, so that a slip is heard. The box of a birth takes a part
// of a date or an age too; its age is said, and told to the page (event "age": the least that is possible, or null).
const lang = document.documentElement.lang;
const inWords = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" });
const monthInWords = new Intl.DateTimeFormat(lang, { month: "long", year: "numeric", timeZone: "UTC" });
const inYears = new Intl.NumberFormat(lang, { style: "unit", unit: "year", unitDisplay: "long" });
const inMonths = new Intl.NumberFormat(lang, { style: "unit", unit: "month", unitDisplay: "long" });
const anyOf = new Intl.ListFormat(lang, { type: "disjunction" });

function makeDay(year, month, day) {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCDate() === day && date.getUTCMonth() === month - 1 ? date : null;
}

function read(text) {
  const parts = text.match(/^(\d{1,2})\D+(\d{1,2})\D+(\d{4})$/) ?? text.match(/^(\d{2})(\d{2})(\d{4})$/);
  if (!parts) return null;
  const [day, month, year] = parts.slice(1).map(Number);
  return makeDay(year, month, day);
}

// A date or a part of one: its words, and the first and the last day that it may mean.
function readPart(text) {
  const date = read(text);
  if (date) return { words: inWords.format(date), first: date, last: date };
  const month = text.match(/^(\d{1,2})\D(\d{4})$/) ?? text.match(/^(\d{2})(\d{4})$/);
  if (month && month[1] >= 1 && month[1] <= 12) {
    const first = makeDay(Number(month[2]), Number(month[1]), 1);
    return { words: monthInWords.format(first), first, last: new Date(Date.UTC(month[2], month[1], 0)) };
  }
  if (/^\d{4}$/.test(text)) return { words: text, first: makeDay(+text, 1, 1), last: makeDay(+text, 12, 31) };
  const days = text.split(/ [-–] /).map(read);
  return days.length === 2 && days.every(Boolean) ? { words: "", first: days[0], last: days[1] } : null;
}

function countMonths(date) {
  const now = new Date();
  const months = (now.getFullYear() - date.getUTCFullYear()) * 12 + now.getMonth() - date.getUTCMonth();
  return now.getDate() < date.getUTCDate() ? months - 1 : months;
}

function describeAge(birth) {
  const [least, greatest] = [birth.last, birth.first].map((date) => Math.max(countMonths(date), 0));
  if (countMonths(birth.first) < 0) return ["", null];
  const years = [...new Set([Math.floor(least / 12), Math.floor(greatest / 12)])];
  if (least === greatest && least < 24) return [inMonths.format(least), years[0]];
  return [anyOf.format(years.slice(0, -1).map(String).concat(inYears.format(years.at(-1)))), years[0]];
}

// While digits are typed, 17 may be the day of a date that goes on: it is told as an age once the box is left.
function say(input, isTyping = false) {
  const text = input.value.trim();
  if (input.dataset.date === "part") return readPart(text)?.words ?? "";
  if (input.dataset.date !== "age") {
    const date = read(text);
    return date ? inWords.format(date) : "";
  }
  let words = [];
  let age = null;
  const birth = readPart(text);
  if (/^\d{1,3}$/.test(text)) {
    words = [inYears.format(Number(text))];
    if (!isTyping) age = Number(text);
  } else if (birth) {
    const [ageInWords, least] = describeAge(birth);
    words = [birth.words, ageInWords];
    age = least;
  }
  input.dispatchEvent(new CustomEvent("age", { bubbles: true, detail: age }));
  return words.filter(Boolean).join(" · ");
}

for (const input of document.querySelectorAll("[data-date]")) {
  const said = input.parentElement.querySelector("output");
  input.addEventListener("input", (event) => {
    // Slashes come only while typing forward at the end, never against a correction in the middle, and not in the box of
    // a birth, where 1991 is a year and no 19th.
    const typing = event.inputType?.startsWith("insert") && input.selectionStart === input.value.length;
    if (typing && input.dataset.date === "day" && /^(\d{2}|\d{2}\/\d{2})$/.test(input.value)) input.value += "/";
    if (/^\d{8}$/.test(input.value)) input.value = input.value.replace(/^(..)(..)/, "$1/$2/");
    said.textContent = say(input, event.isTrusted);
  });
  input.addEventListener("change", () => say(input));
  said.textContent = say(input);
}
