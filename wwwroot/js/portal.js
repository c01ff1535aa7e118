// What the frame needs without a circuit: theme, copy buttons, menus, the small screen's navigation.
const root = document.documentElement;

// What circuits ask the browser.
window.portal = { timeZone: () => Intl.DateTimeFormat().resolvedOptions().timeZone };

function applyTheme(choice) {
  root.dataset.theme = choice;
  const media = { system: ['(prefers-color-scheme: light)', '(prefers-color-scheme: dark)'], light: ['all', 'not all'], dark: ['not all', 'all'] }[choice];
  document.querySelectorAll('link[data-theme-sheet="light"]').forEach(sheet => { sheet.media = media[0]; });
  document.querySelectorAll('link[data-theme-sheet="dark"]').forEach(sheet => { sheet.media = media[1]; });
  markTheme();
}

function markTheme() {
  document.querySelectorAll('[data-theme-choice]').forEach(button =>
    button.setAttribute('aria-pressed', String(button.dataset.themeChoice === root.dataset.theme)));
}

function closeMenus(except) {
  document.querySelectorAll('details.menu[open]').forEach(menu => { if (menu !== except) menu.open = false; });
}

async function copy(button) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(button.dataset.copy);
  } else { // plain http on another host than localhost
    const area = Object.assign(document.createElement('textarea'), { value: button.dataset.copy });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    button.focus();
  }
  button.classList.add('copied');
  setTimeout(() => button.classList.remove('copied'), 1500);
}

document.addEventListener('click', event => {
  const target = event.target.closest('[data-theme-choice], [data-copy], [data-nav-toggle], [data-fill], a, button');
  closeMenus(event.target.closest('details.menu'));
  if (!target) return;

  if (target.dataset.themeChoice) {
    document.cookie = `theme=${target.dataset.themeChoice}; path=/; max-age=31536000; samesite=lax`;
    applyTheme(target.dataset.themeChoice);
  } else if (target.dataset.copy) {
    copy(target);
  } else if ('navToggle' in target.dataset) {
    root.toggleAttribute('data-nav-open');
  } else if (target.dataset.fill) {
    const values = JSON.parse(target.dataset.fill);
    for (const [name, value] of Object.entries(values)) document.getElementsByName(name)[0].value = value;
  } else if (target.matches('a')) {
    root.removeAttribute('data-nav-open');
    closeMenus();
  }
});

document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  const open = document.querySelector('details.menu[open]');
  closeMenus();
  root.removeAttribute('data-nav-open');
  open?.querySelector('summary').focus();
});

// A menu's choice is marked when it opens: the page may have been drawn after this script ran.
document.addEventListener('toggle', event => { if (event.target.matches?.('details.menu')) markTheme(); }, true);
markTheme();

// The circuit is gone for good (the portal was restarted, or away for long): load the page again as soon as it answers.
async function reloadWhenUp() {
  for (;;) {
    const up = await fetch('/health', { cache: 'no-store' }).then(response => response.ok, () => false);
    if (up && !root.hasAttribute('data-uploading')) return location.reload(); // an upload goes on without a circuit
    await new Promise(resolve => setTimeout(resolve, 2000));
  }
}

const connection = document.getElementById('components-reconnect-modal');
let gone = false;
if (connection) {
  new MutationObserver(() => {
    if (gone || !/components-reconnect-(failed|rejected)/.test(connection.className)) return;
    gone = true;
    reloadWhenUp();
  }).observe(connection, { attributeFilter: ['class'] });
}
