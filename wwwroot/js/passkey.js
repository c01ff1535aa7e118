// Makes or uses a passkey and hands it to the form as JSON; the page decides what it is worth.
const supported = typeof PublicKeyCredential === 'function'
  && typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function'
  && typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function';

let waiting; // the request that the browser offers in the e-mail field's suggestions

async function obtain(button, extra = {}) {
  const form = button.form;
  const body = new FormData();
  body.append('__RequestVerificationToken', form.elements['__RequestVerificationToken'].value);
  const response = await fetch(button.dataset.options, { method: 'POST', body });
  if (!response.ok) throw new Error(`The portal answered ${response.status}.`);
  const options = await response.json();
  const credential = button.dataset.passkey === 'create'
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options), ...extra })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), ...extra });
  form.elements['Input.CredentialJson'].value = JSON.stringify(credential);
  form.submit();
}

function say(button, error) {
  if (error.name === 'AbortError') return;
  const note = button.parentElement.querySelector('[data-passkey-problem]') ?? document.createElement('p');
  note.dataset.passkeyProblem = '';
  note.className = 'validation-message';
  note.setAttribute('role', 'alert');
  note.textContent = error.name === 'NotAllowedError' ? 'No passkey was given. Try again, or use your password.' : error.message;
  button.after(note);
}

async function offer(button) {
  if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  waiting = new AbortController();
  try {
    await obtain(button, { mediation: 'conditional', signal: waiting.signal });
  } catch (error) {
    if (error.name !== 'AbortError') console.info('No passkey was offered:', error.message);
  }
}

document.querySelectorAll('[data-passkey]').forEach(button => {
  button.hidden = !supported;
  if (supported && button.dataset.passkey === 'request') offer(button);
});
if (!supported) document.querySelectorAll('[data-passkey-unsupported]').forEach(note => { note.hidden = false; });

document.addEventListener('click', async event => {
  const button = event.target.closest('[data-passkey]');
  if (!button) return;
  waiting?.abort();
  try {
    await obtain(button);
  } catch (error) {
    say(button, error);
  }
});
