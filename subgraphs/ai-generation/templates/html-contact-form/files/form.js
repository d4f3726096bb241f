'use strict';

const DRAFT = 'contact-draft';
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
const fields = [...form.elements].filter(({ name }) => name);

function problemOf({ validity, labels, minLength, value }) {
  const label = labels[0].textContent;
  if (validity.valueMissing || value.trim() === '') return `${label}: please fill this in.`;
  if (validity.typeMismatch) return `${label}: expected one like ann@example.com.`;
  if (value.length < minLength) return `${label}: at least ${minLength} characters, please.`;
  return validity.valid ? '' : `${label}: this is not valid.`;
}

function check(field) {
  const problem = problemOf(field);
  document.getElementById(`${field.id}-error`).textContent = problem;
  field.setAttribute('aria-invalid', String(problem !== ''));
  return problem === '';
}

/** Replace this: `await fetch('/messages', { method: 'POST', body: JSON.stringify(message) })`. */
async function send(message) {
  console.log('not sent yet', message);
}

for (const field of fields) {
  field.value = JSON.parse(sessionStorage.getItem(DRAFT) ?? '{}')[field.name] ?? '';
  field.onblur = () => field.value !== '' && check(field);
}

form.oninput = () => sessionStorage.setItem(DRAFT, JSON.stringify(Object.fromEntries(new FormData(form))));

form.onsubmit = async (event) => {
  event.preventDefault();
  const wrong = fields.filter((field) => !check(field));
  if (wrong.length > 0) {
    wrong[0].focus();
    return;
  }
  const message = Object.fromEntries(new FormData(form));
  try {
    await send(message);
  } catch {
    status.textContent = 'The message could not be sent. It is still here: please try again.';
    return;
  }
  sessionStorage.removeItem(DRAFT);
  form.hidden = true;
  status.textContent = `Thank you, ${message.name}. You get an answer at ${message.email}.`;
};
