'use strict';

const PHASES = {
  work: { name: 'Work', minutes: 25 },
  break: { name: 'Break', minutes: 5 },
};
const TITLE = document.title;
const find = (id) => document.getElementById(id);

let phase = 'work';
let leftMs = PHASES.work.minutes * 60_000;
/** When the phase ends; null while the timer stands still. */
let endsAt = null;
let done = 0;

function show() {
  const seconds = Math.ceil(leftMs / 1_000);
  const text = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
  find('phase').textContent = PHASES[phase].name;
  find('left').textContent = text;
  find('done').textContent = done;
  find('start').textContent = endsAt === null ? 'Start' : 'Pause';
  document.title = endsAt === null ? TITLE : `${text} ${PHASES[phase].name}`;
}

function enter(next) {
  phase = next;
  leftMs = PHASES[phase].minutes * 60_000;
  endsAt = null;
}

function tick() {
  if (endsAt === null) return;
  leftMs = Math.max(0, endsAt - Date.now());
  if (leftMs === 0) {
    if (phase === 'work') done += 1;
    enter(phase === 'work' ? 'break' : 'work');
  }
  show();
}

find('start').onclick = () => {
  tick();
  endsAt = endsAt === null ? Date.now() + leftMs : null;
  show();
};
find('skip').onclick = () => {
  enter(phase === 'work' ? 'break' : 'work');
  show();
};
find('reset').onclick = () => {
  enter('work');
  show();
};
setInterval(tick, 250);
show();
