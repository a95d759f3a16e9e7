// Keeps an open page honest: says at once that the session is over, and that the connection is lost.
const status = document.getElementById('connection');
let source;

const say = (text) => {
  if (status && status.textContent !== text) status.textContent = text;
};

function over(text) {
  source.close();
  const panel = document.getElementById('over').content.cloneNode(true);
  panel.querySelector('[data-why]').textContent = text;
  const title = panel.querySelector('h1');
  document.getElementById('content').replaceChildren(panel);
  document.title = title.textContent;
  title.focus();
}

/** The server has refused the stream: it alone can say whether the session is over. */
async function ask() {
  try {
    const reply = await fetch('/session', { cache: 'no-store' });
    if (reply.status === 401) return over((await reply.json()).text);
  } catch {
    // Still no connection.
  }
  setTimeout(connect, 2000);
}

function connect() {
  source = new EventSource('/session/events');
  source.addEventListener('hello', () => say(''));
  source.addEventListener('over', (event) => over(JSON.parse(event.data).text));
  source.addEventListener('error', () => {
    say(status?.dataset.lost ?? '');
    if (source.readyState === EventSource.CLOSED) void ask();
  });
}

connect();
// A page that the browser kept for its Back button may show what is over.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
