// The three inner loops of the X-ray, on one array of doubles `x`; with two numbers at a time in WebAssembly where it is there.
/** x[out + r*stride + s] += Σ x[a + 4k + r] x[b + 4k + s] for r, s < 4, until a reaches end. */
function tile(x, a, b, end, out, stride) {
  for (let r = 0; r < 4; r += 2, out += 2*stride) {
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
    for (let i = a + r, j = b; i < end; i += 4, j += 4) {
      const p = x[i], q = x[i+1], y0 = x[j], y1 = x[j+1], y2 = x[j+2], y3 = x[j+3];
      s0 += p*y0; s1 += p*y1; s2 += p*y2; s3 += p*y3; t0 += q*y0; t1 += q*y1; t2 += q*y2; t3 += q*y3;
    }
    x[out] += s0; x[out+1] += s1; x[out+2] += s2; x[out+3] += s3;
    x[out+stride] += t0; x[out+stride+1] += t1; x[out+stride+2] += t2; x[out+stride+3] += t3;
  }
}
/** Four rows of A at a, with the weights x[w .. w+3]: p += Aᵀw, and both halves of A v are added to x[out .. out+7], until v reaches end. */
function product(x, a, stride, v, end, p, w, out) {
  const b = a + stride, c = b + stride, d = c + stride, w0 = x[w], w1 = x[w+1], w2 = x[w+2], w3 = x[w+3], n = end - v;
  let t0 = 0, t1 = 0, t2 = 0, t3 = 0;
  for (let k = 0; k < n; k++) {
    const x0 = x[a+k], x1 = x[b+k], x2 = x[c+k], x3 = x[d+k], y = x[v+k];
    t0 += x0*y; t1 += x1*y; t2 += x2*y; t3 += x3*y;
    x[p+k] += x0*w0 + x1*w1 + x2*w2 + x3*w3;
  }
  x[out] += t0; x[out+2] += t1; x[out+4] += t2; x[out+6] += t3;
}
/** Four rows of A at a: A -= w pᵀ + q vᵀ with x[w .. w+3] and x[q .. q+3], until v reaches end. */
function rankTwo(x, a, stride, v, end, p, w, q) {
  const b = a + stride, c = b + stride, d = c + stride, n = end - v;
  const w0 = x[w], w1 = x[w+1], w2 = x[w+2], w3 = x[w+3], q0 = x[q], q1 = x[q+1], q2 = x[q+2], q3 = x[q+3];
  for (let k = 0; k < n; k++) {
    const y = x[v+k], u = x[p+k];
    x[a+k] -= w0*u + q0*y; x[b+k] -= w1*u + q1*y; x[c+k] -= w2*u + q2*y; x[d+k] -= w3*u + q3*y;
  }
}
/** The same three as bytes of WebAssembly. Parameters are places in bytes; v128 holds two doubles. */
function moduleBytes() {
  const four = [0, 1, 2, 3], get = i => [0x20, i], set = (i, e) => [...e, 0x21, i], load = (i, offset = 0) => [...get(i), 0xfd, 0, 3, offset], twice = (i, offset) => [...get(i), 0xfd, 10, 3, offset];
  const op = code => (a, b) => [...a, ...b, 0xfd, code, 1], add = op(0xf0), sub = op(0xf1), mul = op(0xf2);
  const store = (i, e, offset = 0) => [...get(i), ...e, 0xfd, 11, 3, offset], more = (i, e) => [...get(i), ...e, 0x6a, 0x21, i], step = (i, bytes) => more(i, [0x41, bytes]);
  const until = (i, end, body) => [3, 0x40, ...body, ...get(i), ...get(end), 0x49, 0x0d, 0, 0x0b], each = f => four.flatMap(f);
  // tile(a 0, b 1, end 2, out 3, stride 4); sums 5 .. 12; two pairs of b 13, 14; one of a 15
  const tile = [...until(0, 2, [...set(13, load(1)), ...set(14, load(1, 16)), ...each(r => [...set(15, twice(0, 8*r)), ...[0, 1].flatMap(h => set(5 + 2*r + h, add(get(5 + 2*r + h), mul(get(15), get(13 + h)))))]),
    ...step(0, 32), ...step(1, 32)]), ...each(r => [...[0, 1].flatMap(h => store(3, add(load(3, 16*h), get(5 + 2*r + h)), 16*h)), ...more(3, get(4))])];
  // product(a 0, stride 1, v 2, end 3, p 4, w 5, out 6); rows b, c, d 7 .. 9; sums 10 .. 13; weights 14 .. 17; v 18, a row 19, p 20
  const row = r => r ? 6 + r : 0, rows = each(r => r ? set(row(r), [...get(row(r-1)), ...get(1), 0x6a]) : []);
  const product = [...rows, ...each(r => set(14 + r, twice(5, 8*r))), ...until(2, 3, [...set(18, load(2)), ...set(20, load(4)), ...each(r => [...set(19, load(row(r))),
    ...set(10 + r, add(get(10 + r), mul(get(19), get(18)))), ...set(20, add(get(20), mul(get(19), get(14 + r)))), ...step(row(r), 16)]), ...store(4, get(20)), ...step(2, 16), ...step(4, 16)]),
    ...each(r => store(6, add(load(6, 16*r), get(10 + r)), 16*r))];
  // rankTwo(a 0, stride 1, v 2, end 3, p 4, w 5, q 6); rows 7 .. 9; w 10 .. 13; q 14 .. 17; v 18, p 19
  const rank = [...rows, ...each(r => [...set(10 + r, twice(5, 8*r)), ...set(14 + r, twice(6, 8*r))]), ...until(2, 3, [...set(18, load(2)), ...set(19, load(4)),
    ...each(r => [...store(row(r), sub(load(row(r)), add(mul(get(10 + r), get(19)), mul(get(14 + r), get(18))))), ...step(row(r), 16)]), ...step(2, 16), ...step(4, 16)])];
  const size = n => n < 128 ? [n] : [n & 127 | 128, ...size(n >> 7)], sized = b => [...size(b.length), ...b], section = (id, items) => [id, ...sized([items.length, ...items.flat()])];
  const name = s => sized([...new TextEncoder().encode(s)]), type = n => [0x60, n, ...new Array(n).fill(0x7f), 0], body = (locals, code) => sized([locals.length, ...locals.flat(), ...code, 0x0b]);
  const pairs = n => [n, 0x7b], places = n => [n, 0x7f];
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section(1, [type(5), type(7)]), ...section(2, [[...name('x'), ...name('x'), 2, 0, 1]]), ...section(3, [[0], [1], [1]]),
    ...section(7, ['tile', 'product', 'rankTwo'].map((s, i) => [...name(s), 0, i])),
    ...section(10, [body([pairs(11)], tile), body([places(3), pairs(11)], product), body([places(3), pairs(10)], rank)])]);
}
/** An array of `count` doubles and the three loops on it, with places counted in doubles. */
function workspace(count) {
  try {
    const memory = new WebAssembly.Memory({initial: Math.ceil(count/8192)}), x = new Float64Array(memory.buffer);
    const {tile, product, rankTwo} = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), {x: {x: memory}}).exports;
    return {x, fast: true, tile: (a, b, end, out, s) => tile(8*a, 8*b, 8*end, 8*out, 8*s), product: (a, s, v, end, p, w, out) => product(8*a, 8*s, 8*v, 8*end, 8*p, 8*w, 8*out),
            rankTwo: (a, s, v, end, p, w, q) => rankTwo(8*a, 8*s, 8*v, 8*end, 8*p, 8*w, 8*q)};
  } catch {
    const x = new Float64Array(count);
    return {x, fast: false, tile: (...at) => tile(x, ...at), product: (...at) => product(x, ...at), rankTwo: (...at) => rankTwo(x, ...at)};
  }
}
