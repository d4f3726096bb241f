'use strict';

const dialog = document.querySelector('dialog');
let shown = 0;

function show(index) {
  shown = (index + PHOTOS.length) % PHOTOS.length;
  const { title, url } = PHOTOS[shown];
  const image = dialog.querySelector('img');
  image.src = url;
  image.alt = title;
  document.getElementById('place').textContent = `${shown + 1} of ${PHOTOS.length}`;
  document.getElementById('caption').textContent = title;
  if (!dialog.open) dialog.showModal();
}

document.querySelector('.grid').append(
  ...PHOTOS.map(({ title, url }, index) => {
    const button = document.createElement('button');
    const image = document.createElement('img');
    image.src = url;
    image.alt = title;
    image.loading = 'lazy';
    button.append(image);
    button.onclick = () => show(index);
    return button;
  }),
);
document.getElementById('next').onclick = () => show(shown + 1);
document.getElementById('previous').onclick = () => show(shown - 1);
document.getElementById('close').onclick = () => dialog.close();
dialog.onkeydown = ({ key }) => {
  if (key === 'ArrowRight') show(shown + 1);
  if (key === 'ArrowLeft') show(shown - 1);
};
