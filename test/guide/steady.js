// Runs in the browser: makes a page look the same in every run, for its picture, and gives it back as it was.
// What is made anew in each run (addresses, ids, secrets, times) has a fixed stand-in; secrets show as dots.
const dots = '••••••••••••••••••••••••';
const patterns = [
  [
    /-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----/g,
    `-----BEGIN CERTIFICATE-----\n${dots}\n-----END CERTIFICATE-----`,
  ],
  [/\bd-[\da-f]{10}\b/g, 'd-90672c1f5e'],
  [/valid until \d{4}-\d\d-\d\d/g, 'valid until 2027-03-02'],
  [/\b[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}\b/g, '01995d2e-7c10-7a44-9f3b-2d61c0a8e517'],
  [/carillon-domain=[\w-]{43}/g, 'carillon-domain=4qVZk0wX8mB2sT6yLr1uJc9hNe5aGd3o'],
  [/\b([a-z]+_|token=)?[\w-]{43,}/g, `$1${dots}`],
  [/\b[A-Za-z\d]{40}\b/g, dots],
  [/\bCKIA[A-Z2-7]{16}\b/g, 'CKIAEXAMPLEKEY234567'],
  [/\b\d{12}\b/g, '123456789012'],
  [/\b(?=[\da-f]*\d)[\da-f]{16}\b/g, '5b1f9c3a7d2e8046'],
  [/\b(?:[A-Z2-7]{4} ){3,}[A-Z2-7]{4}\b/g, '•••• •••• •••• •••• •••• •••• •••• ••••'],
  [/\b[a-z\d]{4}(?:-[a-z\d]{4}){3}\b/g, '••••-••••-••••-••••'],
  [/\b[\da-f]{8}…/g, '01995d2e…'],
  [/\b[\d.]+([ \u00a0]ms)\b/g, '4$1'],
  [/127\.0\.0\.1:\d+/g, '192.0.2.53'],
  [/\b127\.0\.0\.1\b/g, '192.0.2.10'],
  [/(Sealed up to record|All) \d+/g, '$1 42'],
];
const standIn = Date.UTC(2026, 2, 2, 9, 30);
const hour = 3_600_000;
let undo = [];

const change = (target, key, value) => {
  const before = target[key];
  if (before === value) return;
  target[key] = value;
  undo.push(() => (target[key] = before));
};

/** A time as far from the stand-in for now as it is from now, to the hour; in a list, each row a minute before the last. */
function steadyTime(element) {
  const distance = Math.round((Date.parse(element.dateTime) - Date.now()) / hour) * hour;
  const row = element.closest('tbody tr');
  const rows = row ? [...row.parentElement.children].filter((one) => !one.classList.contains('below')) : [];
  const full = new Date(standIn + distance - Math.max(0, rows.indexOf(row)) * 60_000).toISOString();
  const [day, clock] = element.querySelectorAll('span');
  if (!clock) return;
  change(day, 'textContent', full.slice(0, 10));
  change(clock, 'textContent', `${full.slice(11, 19)} UTC`);
}

/** A QR code of nothing, as large as the true one. */
function steadyCode(svg) {
  const size = svg.viewBox.baseVal.width;
  const path = svg.querySelector('path');
  const before = path.getAttribute('d');
  let d = '';
  for (let y = 4; y < size - 4; y++) {
    for (let x = 4; x < size - 4; x++) if ((x * x + 3 * y + x * y) % 5 < 2) d += `M${x} ${y}h1v1h-1z`;
  }
  path.setAttribute('d', d);
  undo.push(() => path.setAttribute('d', before));
}

globalThis.steady = (replaced) => {
  const fixed = (text) => {
    const known = replaced.reduce((so, [from, to]) => so.replaceAll(from, to), text);
    return patterns.reduce((so, [pattern, to]) => so.replace(pattern, to), known);
  };
  document.activeElement?.blur();
  for (const time of document.querySelectorAll('time')) steadyTime(time);
  for (const svg of document.querySelectorAll('svg.qr')) steadyCode(svg);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) change(texts.currentNode, 'data', fixed(texts.currentNode.data));
  for (const input of document.querySelectorAll('input:not([type=hidden]), textarea')) {
    change(input, 'value', fixed(input.value));
  }
};

globalThis.unsteady = () => {
  for (const one of undo.toReversed()) one();
  undo = [];
};
