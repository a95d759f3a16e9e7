// Asks the authenticator by the browser's own means, and sends its answer as a form like any other.
const forms = [...document.querySelectorAll('form[data-passkey]')];
const able =
  typeof PublicKeyCredential === 'function' &&
  typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function' &&
  typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function';
/** One request at a time: the quiet one of a page that has just opened gives way to a button. */
let quiet;

async function ask(form, extra = {}) {
  const options = JSON.parse(form.dataset.options);
  const credential =
    form.dataset.passkey === 'create'
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
          ...extra,
        });
  form.elements.passkey.value = JSON.stringify(credential.toJSON());
  form.submit();
}

async function pressed(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector('button');
  const says = form.querySelector('[data-says]');
  quiet?.abort();
  says.textContent = '';
  button.disabled = true;
  try {
    await ask(form);
  } catch (error) {
    says.textContent = error.name === 'InvalidStateError' ? form.dataset.known : form.dataset.failed;
    button.disabled = false;
    button.focus();
  }
}

/** Offers passkeys where the name is typed, if the browser can. */
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  quiet = new AbortController();
  try {
    await ask(form, { mediation: 'conditional', signal: quiet.signal });
  } catch {
    // Nobody chose one, or the button was pressed.
  }
}

if (able) {
  for (const form of forms) {
    form.hidden = false;
    form.addEventListener('submit', (event) => void pressed(event));
  }
  for (const note of document.querySelectorAll('[data-no-passkey]')) note.hidden = true;
  const offered = forms.find((form) => 'offer' in form.dataset);
  if (offered) void offer(offered);
}
// A page that the browser kept for its Back button would send a challenge that is used.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
