// Part 6: two diagrams; a slider walks through them.
sigregStory.parts.place = (root, data, ui) => {
  const {tag, text} = sigregStory, state = {step: 0};
  ui.guess(root, data.guess);
  const panels = ui.group();
  const supervised = ui.panel(panels, 320, 312), lejepa = ui.panel(panels, 320, 312), bar = ui.bar();
  ui.slider(bar, {name: 'step', label: 'Follow a batch', max: data.steps.length-1, value: 0, show: i => `step ${i+1} of ${data.steps.length}`}, i => { state.step = i; draw(); });
  const out = ui.output();
  const box = (step, x, y, w, s, h = 26) => tag('rect', {x: x-w/2, y: y-h/2, width: w, height: h, rx: 5, class: step === state.step ? 'box lit' : 'box'}) + text(x, y+4, s, 'mid');
  const arrow = (x1, y1, x2, y2) => { const l = Math.hypot(x2-x1, y2-y1), [u, v] = [(x2-x1)/l, (y2-y1)/l];
    return tag('path', {class: 'axis', d: `M${x1} ${y1}L${x2} ${y2}M${x2-6*u-3*v} ${y2-6*v+3*u}L${x2} ${y2}L${x2-6*u+3*v} ${y2-6*v-3*u}`}); };
  function draw() {
    const column = ['images', 'block 1', 'block 2', 'block L', 'head'], y = [42, 86, 130, 174, 218];
    supervised.draw(text(160, 14, 'Supervised: after every block', 'mid big')
      + column.map((s, i) => box(i === 0 ? 0 : 1, 80, y[i], 90, s)).join('') + y.slice(1).map((v, i) => arrow(80, y[i]+13, 80, v-13)).join('')
      + [1, 2, 3].map(i => arrow(125, y[i], 183, y[i]) + box(2, 232, y[i], 96, 'regularizer')).join('') + text(86, 156, '⋮')
      + arrow(80, 231, 80, 243) + box(3, 80, 256, 90, 'task loss') + arrow(280, 86, 296, 86).replace(/d="[^"]*"/, 'd="M280 86H300V296H272M278 293L272 296L278 299M280 130H300M280 174H300"')
      + tag('path', {class: 'axis', d: 'M80 269V296H124M118 293L124 296L118 299'}) + box(4, 198, 296, 148, '(1 − λ) task + λ mean'),
      `Diagram: images pass block 1, block 2 up to block L and the head to the task loss; a regularizer looks at the output of every block; the loss is (1 − λ) task + λ mean of the regularizers.`);
    const cx = [80, 240];
    lejepa.draw(text(160, 14, 'LeJEPA: no labels', 'mid big') + box(0, 160, 42, 90, 'images')
      + cx.map((x, i) => arrow(160, 55, x, 73) + box(0, x, 86, 90, `view ${i+1}`) + arrow(x, 99, x, 117) + box(1, x, 130, 110, 'network (shared)') + arrow(x, 143, x, 161)
        + box(1, x, 174, 90, 'embeddings')).join('')
      + arrow(90, 187, 76, 214) + arrow(215, 187, 112, 214) + box(3, 80, 228, 104, 'prediction loss')
      + arrow(105, 187, 208, 214) + arrow(242, 187, 244, 214) + box(2, 240, 228, 104, 'SIGReg')
      + arrow(80, 241, 130, 282) + arrow(240, 241, 190, 282) + box(4, 160, 296, 220, '(1 − λ) prediction + λ SIGReg'),
      `Diagram: two views of the images pass one shared network; the embeddings go to a prediction loss, which compares the views, and to SIGReg; the loss is (1 − λ) prediction + λ SIGReg.`);
    out.textContent = data.steps[state.step];
    ui.values({...state, text: data.steps[state.step]});
  }
  draw();
};
