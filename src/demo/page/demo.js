// The demo's page: asks, shows every step as it happens, and what it came to. No framework; text goes in as text only.

const base = document.documentElement.dataset.base;
const session = crypto.randomUUID();
const at = (id) => document.getElementById(id);
const LABELS = { stopped: 'Stopped', passed: 'Leaked', open: 'Not stopped', recorded: 'Recorded', calm: '' };
const NAMES = { through: 'through Parapet', around: 'around Parapet' };

let facts = { traffic: '/traffic/', around: true };
let last = null;
let busy = false;

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const route = () => document.querySelector('input[name="route"]:checked').value;

function setRoute(value) {
  document.querySelector(`input[name="route"][value="${value}"]`).checked = true;
}

function bubble(className, label, text) {
  const body = element('span', '', text);
  const made = element('div', `bubble ${className}`, element('small', '', label), body);
  at('talk').append(made);
  at('talk').scrollTop = at('talk').scrollHeight;
  return { made, body };
}

/** `[GITHUB_TOKEN]` stands where the gateway took something out: make that visible. */
function markRedactions(body) {
  const parts = body.textContent.split(/(\[[A-Z][A-Z0-9_]{2,40}\])/);
  body.replaceChildren(...parts.map((part, index) => (index % 2 === 1 ? element('mark', '', part) : part)));
}

function showBank(bank, before) {
  const changes = new Map((before?.accounts ?? []).map((account) => [account.id, account.balance]));
  at('accounts').replaceChildren(
    ...bank.accounts.map((account) => {
      const was = changes.get(account.id);
      const moved = was !== undefined && was !== account.balance;
      const note = moved ? `${account.name}, was ${was}` : account.name;
      return element(
        'div',
        '',
        element('small', '', note),
        element('strong', moved ? 'moved' : '', `${account.balance} €`),
      );
    }),
  );
  const known = before && new Set(before.transactions.map((booked) => JSON.stringify(booked)));
  at('transactions').replaceChildren(
    ...bank.transactions.map((booked) =>
      element(
        'tr',
        known && !known.has(JSON.stringify(booked)) ? 'new' : '',
        element('td', '', booked.date.slice(5)),
        element('td', '', booked.counterparty, element('small', '', booked.memo)),
        element('td', 'number', booked.amount),
      ),
    ),
  );
}

function requestLink(requestId, way) {
  if (!requestId) return 'no request id';
  if (way !== 'through') return requestId;
  const link = element('a', '', requestId);
  link.href = facts.traffic + encodeURIComponent(requestId);
  return link;
}

function showCall(event, way) {
  const what = event.error
    ? event.error.message
    : event.tools > 0
      ? `asks for ${event.tools} tool call${event.tools === 1 ? '' : 's'}`
      : 'answers';
  const line = element('div', '', `Model call ${event.call}, ${NAMES[way]}: ${what}`);
  const status = event.status === 0 ? 'no answer' : `status ${event.status}`;
  const detail = element('div', '', `${status}, ${event.millis} ms, `, requestLink(event.requestId, way));
  at('steps').append(element('li', event.error ? 'error' : '', line, detail));
}

function showTool(event) {
  const summary = element('summary', '', element('code', '', `${event.name}(${event.arguments})`));
  const details = element('details', '', summary, element('pre', '', event.result));
  const note = event.changed ? [element('div', '', 'This changed the bank.')] : [];
  at('steps').append(element('li', event.changed ? 'changed' : '', details, ...note));
}

/** A call that was not carried out: why, and where each of its values comes from. */
function showStopped({ call }) {
  const parts = [
    element('div', '', element('strong', '', 'Stopped: '), element('code', '', call.name)),
    element('div', '', `${call.rule}: ${call.reason}`),
  ];
  if (call.args.length > 0) {
    const rows = call.args.map(({ path, value, from, verdict }) =>
      element(
        'tr',
        verdict === 'allow' ? '' : 'asks',
        element('td', '', path),
        element('td', '', element('bdi', '', value ?? '')),
        element('td', '', from),
      ),
    );
    const head = ['What', 'Value', 'Where it comes from'].map((title) => {
      const cell = element('th', '', title);
      cell.scope = 'col';
      return cell;
    });
    parts.push(
      element('table', 'sources', element('thead', '', element('tr', '', ...head)), element('tbody', '', ...rows)),
    );
  }
  if (call.approval) {
    const link = element('a', '', 'Decide on it in the console');
    link.href = new URL(call.approval, location.href).pathname;
    parts.push(element('div', '', link, ', then ask the same again: it passes once.'));
  }
  at('steps').append(element('li', 'stopped', ...parts));
}

function showTold(lines, way) {
  at('told').replaceChildren(
    ...lines.map((line) => element('li', line.kind, element('strong', '', LABELS[line.kind]), line.text)),
  );
  const other = way === 'through' ? 'around' : 'through';
  at('again').hidden = !facts.around && other === 'around';
  at('again').textContent = `Ask the same ${NAMES[other]}`;
  last = { ...last, other };
}

async function* linesOf(response) {
  const decoder = new TextDecoderStream();
  let rest = '';
  for await (const text of response.body.pipeThrough(decoder)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

function setBusy(value) {
  busy = value;
  at('send').disabled = value;
  at('again').disabled = value;
  at('reset').disabled = value;
  for (const button of document.querySelectorAll('.suggestions button')) button.disabled = value;
}

async function ask(text, way) {
  if (busy || text.trim() === '') return;
  setBusy(true);
  last = { text };
  bubble('person', 'You', text);
  const { made, body } = bubble(`${way} working`, `Assistant, ${NAMES[way]}`, '');
  at('steps').replaceChildren();
  at('told').replaceChildren(element('li', 'calm', 'Working …'));
  at('again').hidden = true;
  try {
    const response = await fetch(`${base}/api/ask`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ session, text, route: way }),
    });
    if (!response.ok) throw new Error((await response.json()).error);
    for await (const event of linesOf(response)) {
      if (event.type === 'text') {
        body.append(event.text);
        at('talk').scrollTop = at('talk').scrollHeight;
      } else if (event.type === 'called') {
        showCall(event, way);
        if (event.error) {
          made.classList.add(way === 'through' && event.status >= 400 && event.status < 500 ? 'refused' : 'failed');
          body.append(event.error.message);
        }
      } else if (event.type === 'tool') showTool(event);
      else if (event.type === 'stopped') showStopped(event);
      else if (event.type === 'bank') showBank(event.after, event.before);
      else if (event.type === 'told') showTold(event.lines, way);
    }
    markRedactions(body);
  } catch (error) {
    made.classList.add('failed');
    body.append(`The demo could not answer: ${error.message}`);
    at('told').replaceChildren(element('li', 'calm', 'This question was not answered.'));
  } finally {
    made.classList.remove('working');
    setBusy(false);
    at('question').focus();
  }
}

function submit() {
  const { value } = at('question');
  at('question').value = '';
  void ask(value, route());
}

at('form').addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});
at('question').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
at('again').addEventListener('click', () => {
  setRoute(last.other);
  void ask(last.text, last.other);
});
at('reset').addEventListener('click', async () => {
  const response = await fetch(`${base}/api/reset`, { method: 'POST' });
  showBank((await response.json()).bank);
  at('talk').replaceChildren();
  at('steps').replaceChildren(element('li', 'empty', 'Model calls and tool calls of the last question.'));
  at('told').replaceChildren(element('li', 'calm', 'The bank is as on its first day.'));
  at('again').hidden = true;
});

function offer(place, suggestions) {
  at(place).replaceChildren(
    ...suggestions.map(({ title, text, about }) => {
      const button = element('button', '', title);
      button.type = 'button';
      button.title = about;
      button.addEventListener('click', () => void ask(text, route()));
      return button;
    }),
  );
}

async function start() {
  const response = await fetch(`${base}/api/state`);
  facts = await response.json();
  at('honest').textContent = facts.standIn
    ? `A Parapet demo. The model behind it, ${facts.model}, is a stand-in: a small script that obeys whatever it reads. ` +
      'The bank, its tools and the gateway are real.'
    : `A Parapet demo in front of ${facts.model}. The bank, its tools and the gateway are real; its money is not.`;
  const around = document.querySelector('input[value="around"]');
  around.disabled = !facts.around;
  if (!facts.around) around.parentElement.title = 'There is no way around the gateway with this model.';
  offer('attacks', facts.attacks);
  offer('suggestions', facts.suggestions);
  showBank(facts.bank);
  at('question').focus();
}

await start();
