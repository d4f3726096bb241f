'use strict';

const COLUMNS = { todo: 'To do', doing: 'Doing', done: 'Done' };
const ORDER = Object.keys(COLUMNS);
const KEY = 'kanban';

/** Cards as they were kept, or none: what others wrote into the storage is not trusted. */
function load() {
  try {
    const cards = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return cards.filter(({ id, text, column }) => id && typeof text === 'string' && ORDER.includes(column));
  } catch {
    return [];
  }
}

let cards = load();

function change(next) {
  cards = next;
  localStorage.setItem(KEY, JSON.stringify(cards));
  show();
}

const moveTo = (id, column) => change(cards.map((card) => (card.id === id ? { ...card, column } : card)));

function createButton(label, text, onclick) {
  const button = document.createElement('button');
  button.textContent = text;
  button.setAttribute('aria-label', label);
  button.onclick = onclick;
  return button;
}

function createCard({ id, text, column }) {
  const card = document.createElement('li');
  card.className = 'card';
  card.draggable = true;
  card.ondragstart = ({ dataTransfer }) => dataTransfer.setData('text/plain', id);
  const title = document.createElement('span');
  title.textContent = text;
  card.append(title);
  for (const [step, arrow] of [[-1, '←'], [1, '→']]) {
    const target = ORDER[ORDER.indexOf(column) + step];
    if (!target) continue;
    const button = createButton(`Move to ${COLUMNS[target]}`, arrow, () => moveTo(id, target));
    button.dataset.move = step;
    card.append(button);
  }
  card.append(createButton('Delete', '×', () => change(cards.filter((other) => other.id !== id))));
  return card;
}

function createColumn(column) {
  const section = document.createElement('section');
  section.dataset.column = column;
  const heading = document.createElement('h2');
  heading.textContent = COLUMNS[column];
  const list = document.createElement('ul');
  list.append(...cards.filter((card) => card.column === column).map(createCard));
  section.append(heading, list);
  section.ondragover = (event) => event.preventDefault();
  section.ondrop = (event) => {
    event.preventDefault();
    moveTo(event.dataTransfer.getData('text/plain'), column);
  };
  return section;
}

function show() {
  document.getElementById('board').replaceChildren(...ORDER.map(createColumn));
}

document.getElementById('new').onsubmit = (event) => {
  event.preventDefault();
  const form = event.target;
  const id = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  change([...cards, { id, text: form.elements.text.value.trim(), column: 'todo' }]);
  form.reset();
};
show();
