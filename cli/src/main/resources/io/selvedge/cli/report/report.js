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
