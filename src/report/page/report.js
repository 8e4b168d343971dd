'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);

  // --- map: the viewBox is the only state; strokes and markers keep their size on the screen ---
  const box = byId('map');
  const svg = byId('map-svg');
  const markers = all('.marker');
  const world = data.map;
  let view = { x: 0, y: 0, metresPerPixel: 1 };  // centre of the view in drawing metres
  let showsAll = true;  // until the user moves: then a resize keeps the place instead of refitting

  const size = () => [Math.max(1, box.clientWidth), Math.max(1, box.clientHeight)];
  const fitted = () => Math.max(world.width / size()[0], world.height / size()[1]);

  function draw() {
    const [w, h] = size();
    const scale = view.metresPerPixel;
    svg.setAttribute('viewBox', `${view.x - w * scale / 2} ${view.y - h * scale / 2} ${w * scale} ${h * scale}`);
    for (const m of markers) m.setAttribute('transform', `translate(${m.dataset.x} ${m.dataset.y}) scale(${scale})`);
    const wanted = 110 * scale;
    const power = 10 ** Math.floor(Math.log10(wanted));
    const metres = [5, 2, 1].map((f) => f * power).find((v) => v <= wanted);
    const bar = byId('scalebar');
    bar.firstElementChild.style.width = `${metres / scale}px`;
    bar.lastElementChild.textContent = metres >= 1000 ? `${metres / 1000} km` : `${+metres.toPrecision(3)} m`;
  }
  function set(x, y, metresPerPixel) {
    showsAll = false;
    const limit = fitted();
    view.metresPerPixel = Math.min(limit * 1.6, Math.max(0.01, metresPerPixel));
    view.x = Math.min(world.width, Math.max(0, x));
    view.y = Math.min(world.height, Math.max(0, y));
    draw();
  }
  const whole = () => {
    set(world.width / 2, world.height / 2, fitted());
    showsAll = true;
  };
  /** Drawing coordinates under a client position. */
  function at(clientX, clientY) {
    const r = box.getBoundingClientRect();
    return [view.x + (clientX - r.left - box.clientLeft - size()[0] / 2) * view.metresPerPixel,
            view.y + (clientY - r.top - box.clientTop - size()[1] / 2) * view.metresPerPixel];
  }
  function zoom(factor, clientX, clientY) {
    const r = box.getBoundingClientRect();
    const cx = clientX ?? r.left + r.width / 2;
    const cy = clientY ?? r.top + r.height / 2;
    const [px, py] = at(cx, cy);
    const before = view.metresPerPixel;
    const next = Math.min(fitted() * 1.6, Math.max(0.01, before * factor));
    set(px + (view.x - px) * next / before, py + (view.y - py) * next / before, next);
  }

  const pointers = new Map();
  let moved = 0;
  box.addEventListener('pointerdown', (e) => {
    if (e.button !== 0 || e.target.closest('button')) return;
    if (pointers.size === 0) moved = 0;
    pointers.set(e.pointerId, [e.clientX, e.clientY]);
  });
  box.addEventListener('pointermove', (e) => {
    const [px, py] = at(e.clientX, e.clientY);
    readout(px / world.width, py / world.height);
    if (!pointers.has(e.pointerId)) return;
    const old = pointers.get(e.pointerId);
    const others = [...pointers].filter(([id]) => id !== e.pointerId).map(([, p]) => p);
    moved += Math.hypot(e.clientX - old[0], e.clientY - old[1]);
    if (moved > 4 && !box.hasPointerCapture(e.pointerId)) {
      box.setPointerCapture(e.pointerId);  // only now, so that a plain click still reaches its marker
      box.classList.add('moving');
    }
    if (others.length === 1) {
      const [o] = others;
      const before = Math.hypot(old[0] - o[0], old[1] - o[1]);
      const after = Math.hypot(e.clientX - o[0], e.clientY - o[1]);
      if (before > 0 && after > 0) zoom(before / after, o[0], o[1]);
    } else if (others.length === 0) {
      set(view.x - (e.clientX - old[0]) * view.metresPerPixel, view.y - (e.clientY - old[1]) * view.metresPerPixel,
          view.metresPerPixel);
    }
    pointers.set(e.pointerId, [e.clientX, e.clientY]);
  });
  for (const type of ['pointerup', 'pointercancel', 'lostpointercapture']) {
    box.addEventListener(type, (e) => {
      pointers.delete(e.pointerId);
      if (pointers.size === 0) box.classList.remove('moving');
    });
  }
  box.addEventListener('pointerleave', (e) => {
    byId('readout').textContent = '';
    if (!box.hasPointerCapture(e.pointerId)) pointers.delete(e.pointerId);
  });
  box.addEventListener('click', (e) => { if (moved > 4) { e.preventDefault(); e.stopPropagation(); } }, true);
  box.addEventListener('dragstart', (e) => e.preventDefault());
  box.addEventListener('wheel', (e) => {
    e.preventDefault();
    zoom(Math.exp(Math.max(-1, Math.min(1, e.deltaY * (e.deltaMode === 1 ? 0.05 : 0.0018)))), e.clientX, e.clientY);
  }, { passive: false });
  box.addEventListener('keydown', (e) => {
    const step = 60 * view.metresPerPixel;
    const keys = {
      ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step],
    };
    if (keys[e.key]) set(view.x + keys[e.key][0], view.y + keys[e.key][1], view.metresPerPixel);
    else if (e.key === '+' || e.key === '=') zoom(1 / 1.5);
    else if (e.key === '-') zoom(1.5);
    else if (e.key === '0') whole();
    else return;
    e.preventDefault();
  });
  byId('zoom-in').addEventListener('click', () => zoom(1 / 1.6));
  byId('zoom-out').addEventListener('click', () => zoom(1.6));
  byId('zoom-all').addEventListener('click', whole);
  window.addEventListener('beforeprint', whole);

  function readout(u, v) {
    const [a, b, c, d] = world.corners;
    const mix = (i) => (a[i] * (1 - u) + b[i] * u) * (1 - v) + (c[i] * (1 - u) + d[i] * u) * v;
    byId('readout').textContent = `${mix(0).toFixed(6)}, ${mix(1).toFixed(6)}`;
  }
  for (const input of all('[data-layer]')) {
    input.addEventListener('change', () => { byId(input.dataset.layer).style.display = input.checked ? '' : 'none'; });
  }

  // --- candidates: map, list and cards show the same selection ---
  const rows = all('.ranked tbody tr');
  const items = all('[data-kind][data-n]');
  const only = byId('only-suspected');
  const kinds = all('#filters [data-kind]');
  function filter() {
    const off = new Set(kinds.filter((k) => !k.checked).map((k) => k.dataset.kind));
    const hidden = new Set();
    for (const item of items) {
      item.hidden = off.has(item.dataset.kind) || (only.checked && item.dataset.suspected !== '1');
      if (item.hidden) hidden.add(item.dataset.n);
    }
    for (const m of all('#layer-candidates [data-n]')) m.style.display = hidden.has(m.dataset.n) ? 'none' : '';
    byId('shown').textContent = data.words.shown.replace('{0}', rows.length - hidden.size).replace('{1}', rows.length);
  }
  if (only) {
    for (const input of [only, ...kinds]) input.addEventListener('change', filter);
    filter();
  }
  function activate(n) {
    for (const e of all('.marker, .card')) e.classList.toggle('active', e.dataset.n === n);
  }
  function open(n) {
    activate(n);
    const card = byId(`c${n}`);
    card.scrollIntoView();
    card.focus({ preventScroll: true });
  }
  for (const m of markers) m.addEventListener('click', (e) => { e.preventDefault(); open(m.dataset.n); });
  for (const row of rows) row.addEventListener('click', (e) => { e.preventDefault(); open(row.dataset.n); });
  for (const link of all('[data-show]')) {
    link.addEventListener('click', (e) => {
      e.preventDefault();
      const m = markers.find((c) => c.dataset.n === link.dataset.show);
      activate(link.dataset.show);
      set(+m.dataset.x, +m.dataset.y, Math.min(view.metresPerPixel, 0.12));
      byId('map-section').scrollIntoView();
      box.focus({ preventScroll: true });
    });
  }
  document.addEventListener('keydown', (e) => {
    const row = e.target.closest?.('.ranked tbody tr');
    if (!row || (e.key !== 'ArrowDown' && e.key !== 'ArrowUp')) return;
    const shown = rows.filter((r) => !r.hidden);
    const next = shown[shown.indexOf(row) + (e.key === 'ArrowDown' ? 1 : -1)];
    if (next) next.querySelector('a').focus();
    e.preventDefault();
  });
  for (const button of all('[data-copy]')) {
    button.addEventListener('click', async () => {
      const text = button.dataset.copy;
      try {
        await navigator.clipboard.writeText(text);
      } catch {  // pages opened from a file may lack the clipboard: select it, the user presses Ctrl+C
        getSelection().selectAllChildren(button.previousElementSibling);
        if (!document.execCommand('copy')) return;
      }
      const label = button.textContent;
      button.textContent = data.words.copied;
      setTimeout(() => { button.textContent = label; }, 1500);
    });
  }

  whole();
  new ResizeObserver(() => (showsAll ? whole() : draw())).observe(box);

  // --- what a test (or a support engineer) can ask: is everything there, did every picture decode? ---
  const pictures = [...all('img').map((i) => i.src), ...all('image').map((i) => i.getAttribute('href'))];
  Promise.all(pictures.map(async (src) => {
    const picture = new Image();
    picture.src = src;
    try { await picture.decode(); } catch { return false; }
    return picture.naturalWidth > 0;
  })).then((decoded) => {
    Object.assign(document.body.dataset, {
      cards: all('.card').length, markers: markers.length, rows: rows.length, plots: all('.plot').length,
      pictures: decoded.length, broken: decoded.filter((ok) => !ok).length, ready: '1',
    });
  });
})();
