// One tooltip for everything that carries data-tip: hover, focus and tap alike.
const tip = document.getElementById('tip');
const show = (target, x, y) => {
  tip.textContent = target.dataset.tip;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(8, Math.min(x + 14, innerWidth - box.width - 8)) + 'px';
  tip.style.top = (y + 18 + box.height > innerHeight ? y - box.height - 12 : y + 18) + 'px';
};
const owner = event => event.target.closest && event.target.closest('[data-tip]');
document.addEventListener('pointermove', event => {
  const target = owner(event);
  if (target) show(target, event.clientX, event.clientY);
  else tip.hidden = true;
});
document.addEventListener('focusin', event => {
  const target = owner(event);
  if (target && target.matches(':focus-visible')) {
    const box = target.getBoundingClientRect();
    show(target, box.left, box.bottom - 10);
  }
});
document.addEventListener('focusout', () => { tip.hidden = true; });
document.addEventListener('scroll', () => { tip.hidden = true; }, true);

for (const tools of document.querySelectorAll('.tools')) tools.hidden = false;
const press = (button, among) => among.forEach(other => other.setAttribute('aria-pressed', String(other === button)));

// Layers in another order: the slowest or the noisiest of the candidate that the page is about come first.
const order = {
  index: row => +row.dataset.index,
  micros: row => -row.dataset.micros,
  noise: row => +row.dataset.noise,
};
const sorters = [...document.querySelectorAll('[data-sort]')];
for (const button of sorters) {
  button.addEventListener('click', () => {
    const body = document.querySelector('.layers tbody');
    const key = order[button.dataset.sort];
    body.append(...[...body.rows].sort((a, b) => key(a) - key(b)));
    press(button, sorters);
  });
}

// Both graphs zoom and scroll together: after quantisation a graph has the same nodes at the same places.
const panes = [...document.querySelectorAll('.tall')];
const boxes = [...document.querySelectorAll('.graph-box')];
let zoom = 1;
const zoomTo = wanted => {
  const next = Math.min(3, Math.max(0.05, wanted));
  for (const [i, box] of boxes.entries()) {
    const pane = panes[i];
    const x = (pane.scrollLeft + pane.clientWidth / 2) / zoom;
    const y = (pane.scrollTop + pane.clientHeight / 2) / zoom;
    box.style.width = box.dataset.width * next + 'px';
    pane.scrollLeft = x * next - pane.clientWidth / 2;
    pane.scrollTop = y * next - pane.clientHeight / 2;
  }
  zoom = next;
};
const fit = () => Math.min(...boxes.map((box, i) => {
  const [, , width, height] = box.firstElementChild.getAttribute('viewBox').split(' ').map(Number);
  return Math.min((panes[i].clientWidth - 20) / width, (panes[i].clientHeight - 20) / height, 1);
}));
const steps = { in: () => zoom * 1.25, out: () => zoom / 1.25, one: () => 1, fit };
for (const button of document.querySelectorAll('[data-zoom]')) {
  button.addEventListener('click', () => zoomTo(steps[button.dataset.zoom]()));
}
// Wide graphs begin where their input is, not at an empty corner.
for (const pane of panes) {
  const first = pane.querySelector('[data-node]');
  if (first) pane.scrollLeft = +first.getAttribute('x') + first.getAttribute('width') / 2 - pane.clientWidth / 2;
}
let leader = null;
for (const pane of panes) {
  for (const event of ['pointerenter', 'pointerdown', 'focusin', 'wheel']) pane.addEventListener(event, () => { leader = pane; }, { passive: true });
  pane.addEventListener('scroll', () => {
    if (pane === leader) panes.filter(other => other !== pane).forEach(other => other.scrollTo(pane.scrollLeft, pane.scrollTop));
  });
}
const nodes = [...document.querySelectorAll('[data-node]')];
const highlight = wanted => nodes.forEach(node => node.classList.toggle('hot', wanted(node.dataset.node)));
for (const pane of panes) {
  pane.addEventListener('pointerover', event => {
    const name = event.target.dataset && event.target.dataset.node;
    if (name !== undefined) highlight(other => other === name);
  });
}
const search = document.querySelector('.tools input');
if (search) {
  search.addEventListener('input', () => {
    const text = search.value.trim().toLowerCase();
    highlight(name => text !== '' && name.toLowerCase().includes(text));
    leader = null;
    for (const pane of panes) {
      const found = pane.querySelector('.hot');
      if (!found) continue;
      const box = found.getBoundingClientRect();
      const frame = pane.getBoundingClientRect();
      pane.scrollBy(box.left - frame.left - frame.width / 2, box.top - frame.top - frame.height / 2);
    }
  });
}
