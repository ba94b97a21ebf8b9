// The six shapes of the cloud, from one side, and what 60 slices say about each.
sigregStory.parts.clouds = (root, data, ui) => {
  const {fixed, cloud, shape, directions, project, eppsPulley, mean, element, tell, hear} = sigregStory;
  const x = cloud(), A = directions(data.slices), state = {cloud: 'line'};
  ui.guess(root, data.guess, () => reveal());
  const grid = ui.group('sgs-gallery'), out = ui.output();
  const tiles = Object.entries(data.names).map(([name, title]) => {
    const points = shape(name, x), score = mean(A.map(a => eppsPulley(project(points, a))));
    const tile = ui.button(grid, '', () => { reveal(); choose(name); }, 'sgs-tile'), canvas = element('canvas', {}, tile);
    canvas.setAttribute('aria-hidden', true);
    element('span', {textContent: title}, tile);
    const shown = element('b', {textContent: '?'}, tile);
    return {name, title, points, score, tile, shown, scene: sigregStory.space(canvas, {turn: 30, tilt: 16})};
  });
  function reveal() { for (const t of tiles) t.shown.textContent = fixed(t.score); }
  const share = () => { const t = tiles.find(t => t.name === state.cloud); tell('cloud', {points: t.points, name: t.title}); };
  function draw() {
    if (!grid.isConnected) return;
    for (const {scene, points} of tiles) { scene.begin(); scene.surface(false); scene.points(points, {size: 6}); scene.surface(true); }
  }
  function choose(name) {
    const t = tiles.find(t => t.name === name);
    state.cloud = name;
    for (const other of tiles) other.tile.setAttribute('aria-pressed', other === t);
    out.textContent = `${t.title}: mean score over ${A.length} slices ${fixed(t.score)}.`;
    ui.values({...state, mean: t.score});
    share();
  }
  new ResizeObserver(draw).observe(grid);
  hear('theme', draw);
  choose('line'); out.textContent = 'Guess, then press a cloud.';
  ui.near(share);
};
