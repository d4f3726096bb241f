'use strict';

const SYMBOLS = [...'🍎🍋🍇🥕🌽🍄🌶🥝'];
const SHOWN_MS = 900;
const board = document.getElementById('board');
let open = [];
let moves = 0;
let found = 0;
let closing = null;

/** Fisher and Yates: every order is as likely as any other. */
function shuffle(items) {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
  }
  return shuffled;
}

function showStatus() {
  const won = found === SYMBOLS.length ? ' All pairs found!' : '';
  document.getElementById('status').textContent = `Moves: ${moves}.${won}`;
}

function setOpen(card, isOpen) {
  card.classList.toggle('open', isOpen);
  card.setAttribute('aria-label', isOpen ? card.dataset.symbol : `Card ${card.dataset.place}`);
}

function closeOpen() {
  clearTimeout(closing);
  for (const card of open) setOpen(card, false);
  open = [];
}

function turn(card) {
  if (card.classList.contains('open')) return;
  if (open.length === 2) closeOpen();
  setOpen(card, true);
  open.push(card);
  if (open.length < 2) return;
  moves += 1;
  const [one, other] = open;
  if (one.dataset.symbol === other.dataset.symbol) {
    found += 1;
    open = [];
  } else closing = setTimeout(closeOpen, SHOWN_MS);
  showStatus();
}

function deal() {
  clearTimeout(closing);
  open = [];
  moves = 0;
  found = 0;
  const cards = shuffle([...SYMBOLS, ...SYMBOLS]).map((symbol, index) => {
    const card = document.createElement('button');
    card.className = 'card';
    card.dataset.symbol = symbol;
    card.dataset.place = index + 1;
    setOpen(card, false);
    card.onclick = () => turn(card);
    return card;
  });
  board.replaceChildren(...cards);
  showStatus();
}

document.getElementById('again').onclick = deal;
deal();
