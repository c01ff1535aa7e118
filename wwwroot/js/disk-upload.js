// <disk-upload>: a raw image into a disk, over plain HTTP in 8 MiB parts, each with its SHA-256, three at a time.
// An upload belongs to the page's lifetime, not to the element's: one may look at other pages meanwhile. After a
// reload or a restart of the browser the same file, picked again, goes on where it stopped.

const PARALLEL = 3;
const RATE_WINDOW_MS = 8000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 15000;
const running = new Map(); // by the address of the disk's uploads

class Refused extends Error {
  constructor(body, status) {
    super([body?.message, body?.advice].filter(Boolean).join(' ') || `The portal answered ${status}.`);
    this.status = status;
  }
}

async function ask(method, url, { body, headers = {}, signal } = {}) {
  const response = await fetch(url, { method, body, signal, redirect: 'error', headers: { 'X-Portal-Request': '1', ...headers } });
  if (response.ok) return response.status === 204 ? null : response.json().catch(() => null);
  const problem = response.headers.get('content-type')?.includes('json') ? await response.json() : null;
  if (response.status === 401) throw new Refused({ message: 'You are signed out.', advice: 'Sign in in another tab, then resume.' }, 401);
  throw new Refused(problem, response.status);
}

const hex = bytes => Array.from(new Uint8Array(bytes), b => b.toString(16).padStart(2, '0')).join('');
const sha256 = async bytes => hex(await crypto.subtle.digest('SHA-256', bytes));

function isZero(buffer) {
  const words = new BigUint64Array(buffer, 0, buffer.byteLength >> 3);
  for (let i = 0; i < words.length; i++) if (words[i] !== 0n) return false;
  return new Uint8Array(buffer, words.length << 3).every(byte => byte === 0);
}

/** What tells the same file again: size, time of change and the hash of its beginning. */
async function fingerprintOf(file) {
  const beginning = await file.slice(0, 1 << 20).arrayBuffer();
  return `${file.size}-${file.lastModified}-${(await sha256(beginning)).slice(0, 32)}`;
}

class Upload extends EventTarget {
  constructor(url, file, info) {
    super();
    Object.assign(this, { url: `${url}/${info.uploadId}`, base: url, file, partBytes: info.partBytes, partCount: info.partCount });
    this.missing = info.missingParts ?? Array.from({ length: info.partCount }, (_, i) => i + 1);
    this.bytesDone = file.size - this.missing.reduce((sum, part) => sum + this.lengthOf(part), 0);
    this.state = 'running';
    this.steps = [];
  }

  lengthOf(part) {
    return part < this.partCount ? this.partBytes : this.file.size - (this.partCount - 1) * this.partBytes;
  }

  get bytesPerSecond() {
    const now = performance.now();
    this.steps = this.steps.filter(step => now - step.at < RATE_WINDOW_MS);
    const span = Math.min(RATE_WINDOW_MS, now - this.startedAt) / 1000;
    return span > 0.5 ? this.steps.reduce((sum, step) => sum + step.bytes, 0) / span : 0;
  }

  change(state, problem = null) {
    this.state = state;
    this.problem = problem;
    document.documentElement.toggleAttribute('data-uploading', [...running.values()].some(each => ['running', 'finishing'].includes(each.state)));
    this.dispatchEvent(new Event('change'));
  }

  async run() {
    this.abort = new AbortController();
    this.startedAt = performance.now();
    this.steps = [];
    this.change('running');
    try {
      await Promise.all(Array.from({ length: PARALLEL }, () => this.work()));
      if (this.state !== 'running') return;
      this.change('finishing');
      await ask('POST', `${this.url}/complete`);
      running.delete(this.base);
      this.change('done');
    } catch (error) {
      this.abort.abort();
      if (this.state === 'running' || this.state === 'finishing') this.change('failed', error.message);
    }
  }

  async work() {
    while (this.state === 'running' && this.missing.length > 0) {
      const part = this.missing.shift();
      try {
        await this.send(part);
      } catch (error) {
        this.missing.unshift(part);
        if (error.name === 'AbortError') return;
        throw error;
      }
    }
  }

  async send(part) {
    const begin = (part - 1) * this.partBytes;
    const length = this.lengthOf(part);
    const slice = this.file.slice(begin, begin + length); // sent as it is: the browser reads it from the file, not from memory
    const bytes = await slice.arrayBuffer();
    if (bytes.byteLength !== length) throw new Error('The file has changed while it was read. Pick it again.');
    const headers = { 'Content-SHA256': await sha256(bytes), 'Content-Type': 'application/octet-stream' };
    const zero = isZero(bytes);
    if (zero) headers['Content-Zeroes'] = String(length);

    for (let wait = RETRY_FIRST_MS; ; wait = Math.min(RETRY_MAX_MS, wait * 2)) {
      try {
        await ask('PUT', `${this.url}/parts/${part}`, { body: zero ? null : slice, headers, signal: this.abort.signal });
        break;
      } catch (error) {
        const lasting = error instanceof Refused && error.status < 500 && error.status !== 429 && error.status !== 408;
        const full = error instanceof Refused && error.status === 507;
        if (error.name === 'AbortError' || lasting || full) throw error;
        this.waiting = error instanceof Refused ? error.message : 'The portal does not answer.';
        this.dispatchEvent(new Event('change'));
        await this.pauseFor(wait);
      }
    }
    this.waiting = null;
    this.bytesDone += length;
    this.steps.push({ at: performance.now(), bytes: length });
    this.dispatchEvent(new Event('change'));
  }

  pauseFor(ms) {
    const signal = this.abort.signal;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => { clearTimeout(timer); reject(new DOMException('', 'AbortError')); }, { once: true });
    });
  }

  pause() {
    this.change('paused');
    this.abort.abort();
  }

  async discard() {
    this.change('discarded');
    this.abort.abort();
    running.delete(this.base);
    await ask('DELETE', this.url);
  }
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
function size(bytes) {
  let unit = 0;
  while (bytes >= 1023.5 && unit < UNITS.length - 1) { bytes /= 1024; unit++; }
  return `${bytes.toFixed(unit === 0 || bytes >= 99.95 ? 0 : bytes >= 9.995 ? 1 : 2).replace(/\.0+$/, '')} ${UNITS[unit]}`;
}

function span(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter(child => child !== null));
  return element;
}

const button = (text, onclick, kind = '') => make('button', { type: 'button', class: `button ${kind}`, onclick }, text);

class DiskUpload extends HTMLElement {
  static observedAttributes = ['upload', 'url', 'used'];

  connectedCallback() { this.draw(); }

  disconnectedCallback() { this.watch(null); }

  attributeChangedCallback() { if (this.isConnected) this.draw(); }

  get url() { return this.getAttribute('url'); }

  watch(upload) {
    if (this.watched === upload) return;
    this.watched?.removeEventListener('change', this.redraw);
    this.redraw = () => { this.isConnected && this.draw(); };
    this.watched = upload;
    upload?.addEventListener('change', this.redraw);
  }

  draw() {
    const upload = running.get(this.url);
    if (upload) this.watch(upload);
    if (upload && ['running', 'finishing'].includes(upload.state)) this.drawRunning(upload);
    else this.drawChoice(upload);
  }

  /** Bar and words are kept and only changed, so that the bar glides and a screen reader is not told everything anew. */
  drawRunning(upload) {
    if (!this.bar?.isConnected || this.shown !== upload) {
      this.shown = upload;
      this.bar = make('div', { class: 'bar' });
      this.track = make('div', { class: 'track', role: 'progressbar', 'aria-label': `Upload of ${upload.file.name}`, 'aria-valuemin': 0, 'aria-valuemax': 100 }, this.bar);
      this.amount = make('span');
      this.speed = make('span');
      this.trouble = make('p', { class: 'muted small', role: 'status' });
      this.replaceChildren(make('div', { class: 'stack' },
        make('strong', {}, upload.file.name),
        make('div', { class: 'progress' }, this.track, make('div', { class: 'said' }, this.amount, this.speed)),
        this.trouble,
        make('p', { class: 'muted small' }, 'You may look at other pages of the portal. Closing this tab pauses the upload.'),
        make('div', { class: 'actions' }, button('Pause', () => upload.pause()), button('Cancel upload', () => this.cancel(upload), 'quiet danger'))));
    }
    const percent = upload.file.size === 0 ? 100 : Math.floor(upload.bytesDone * 100 / upload.file.size);
    const rate = upload.bytesPerSecond;
    this.bar.style.width = `${percent}%`;
    this.track.setAttribute('aria-valuenow', percent);
    this.amount.textContent = upload.state === 'finishing' ? 'Finishing' : `${percent} % · ${size(upload.bytesDone)} of ${size(upload.file.size)}`;
    this.speed.textContent = rate > 0 ? `${size(rate)}/s · ${span((upload.file.size - upload.bytesDone) / rate)} left` : '';
    this.trouble.textContent = upload.waiting ? `${upload.waiting} Trying again…` : '';
  }

  drawChoice(upload) {
    this.bar = null;
    const unfinished = upload?.state === 'paused' || upload?.state === 'failed' ? upload : null;
    const elsewhere = !unfinished && this.getAttribute('upload');
    const done = this.watched?.state === 'done';
    const picker = make('input', { type: 'file', class: 'visually-hidden', id: 'disk-upload-file', onchange: event => this.pick(event.target.files[0]) });
    const label = elsewhere ? 'Pick the same file to go on' : this.hasAttribute('used') ? 'Upload another raw image' : 'Upload a raw image';
    const secure = Boolean(globalThis.crypto?.subtle);
    this.replaceChildren(make('div', { class: 'stack' },
      done ? this.note('good', 'The image is in the disk.', ` ${this.watched.file.name}, ${size(this.watched.file.size)}.`) : null,
      this.problem ? this.note('bad', this.problem) : null,
      unfinished?.state === 'failed' ? this.note('bad', 'The upload stopped.', ` ${unfinished.problem}`) : null,
      unfinished ? make('p', {}, make('strong', {}, unfinished.file.name), ` is paused at ${size(unfinished.bytesDone)} of ${size(unfinished.file.size)}.`) : null,
      elsewhere ? make('p', {}, 'An upload into this disk is unfinished. Pick the same file again and it goes on where it stopped.') : null,
      secure ? null : this.note('warn', 'Uploading needs https or localhost:', ' on other addresses browsers do not offer the hash that each part is checked with.'),
      make('div', { class: 'actions' },
        unfinished ? button('Resume', () => this.resume(unfinished), 'primary') : null,
        unfinished ? button('Cancel upload', () => this.cancel(unfinished), 'quiet danger') : null,
        unfinished || !secure ? null : make('label', { class: 'button', for: 'disk-upload-file', 'data-upload-label': '' }, label),
        elsewhere ? button('Discard it', () => this.discardElsewhere(elsewhere), 'quiet danger') : null),
      unfinished ? null : picker));
  }

  note(kind, strong, text = '') {
    return make('div', { class: `note ${kind}`, role: kind === 'bad' ? 'alert' : 'status' }, make('div', {}, make('strong', {}, strong), text));
  }

  async pick(file) {
    if (!file) return;
    this.problem = null;
    try {
      const capacity = Number(this.getAttribute('capacity'));
      if (file.size === 0) throw new Error('This file is empty.');
      if (file.size > capacity) throw new Error(`${file.name} has ${size(file.size)}, more than the ${size(capacity)} of the disk. Create a larger disk.`);
      const fingerprint = await fingerprintOf(file);
      const info = await this.find(file, fingerprint)
        ?? await ask('POST', this.url, { body: JSON.stringify({ lengthBytes: file.size, fileName: file.name, fingerprint }), headers: { 'Content-Type': 'application/json' } });
      this.start(new Upload(this.url, file, info));
    } catch (error) {
      this.problem = error.message;
      this.draw();
    }
  }

  /** The unfinished upload of the same file, if there is one. */
  async find(file, fingerprint) {
    const id = this.getAttribute('upload');
    if (!id) return null;
    const info = await ask('GET', `${this.url}/${id}`);
    if (info.status !== 'Open') return null;
    if (info.fingerprint === fingerprint) return info;
    throw new Error(`The unfinished upload is of another file${info.fileName ? ` (${info.fileName}, ${size(info.lengthBytes)})` : ''}. Pick that one, or discard it first.`);
  }

  start(upload) {
    running.set(this.url, upload);
    this.watch(upload);
    upload.run();
  }

  async resume(upload) {
    try {
      upload.missing = (await ask('GET', upload.url)).missingParts;
      upload.bytesDone = upload.file.size - upload.missing.reduce((sum, part) => sum + upload.lengthOf(part), 0);
      upload.run();
    } catch (error) {
      upload.change('failed', error.message);
    }
  }

  async cancel(upload) {
    if (!confirm('Cancel the upload? What has come stays in the disk; the rest of the disk keeps what it held before.')) return;
    await this.tell(() => upload.discard());
  }

  async discardElsewhere(id) {
    if (!confirm('Discard the unfinished upload? What has come stays in the disk.')) return;
    await this.tell(() => ask('DELETE', `${this.url}/${id}`));
  }

  async tell(action) {
    this.problem = null;
    try {
      await action();
    } catch (error) {
      this.problem = error.message;
    }
    this.draw();
  }
}

customElements.define('disk-upload', DiskUpload);

addEventListener('beforeunload', event => {
  if ([...running.values()].some(upload => upload.state === 'running')) event.preventDefault();
});
