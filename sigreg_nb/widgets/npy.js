// Reads one array that numpy.save wrote, versions 1.0 to 3.0: numbers become float32, row by row.
const MOST = {numbers: 2**24, rows: 2**16, columns: 4096, both: 2048};
const TYPES = {f2: 2, f4: 4, f8: 8, i1: 1, i2: 2, i4: 4, i8: 8, u1: 1, u2: 2, u4: 4, u8: 8};
const refuse = line => { throw new Error(line); };

/** What a file is that is no .npy, from its first bytes. */
function foreign(bytes) {
  if (!bytes.length) return 'The file is empty.';
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return 'This is a zip archive (.npz or .pt). Save one array: numpy.save("features.npy", z).';
  if (bytes[0] === 0x80) return 'This is a pickle, which is not opened here. Save one array: numpy.save("features.npy", z).';
  return 'This is not a .npy file: it does not begin as numpy.save begins. Save one array: numpy.save("features.npy", z).';
}
/** The dictionary between the magic bytes and the numbers. */
function readHeader(bytes) {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (!magic.every((b, i) => bytes[i] === b)) refuse(foreign(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), version = bytes[6];
  if (bytes.length < 12) refuse(`The file ends inside its header, after ${bytes.length} bytes.`);
  if (version < 1 || version > 3) refuse(`Version ${version}.${bytes[7]} of the format is not known; 1.0, 2.0 and 3.0 are.`);
  const from = version === 1 ? 10 : 12, end = from + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) refuse(`The file ends inside its header, after ${bytes.length} bytes.`);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(from, end));
  const descr = /['"]descr['"]\s*:\s*(['"])([^'"]*)\1/.exec(text), shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text);
  if (!descr && /['"]descr['"]\s*:\s*\[/.test(text)) refuse('The array has named fields; one table of plain numbers is needed.');
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  if (!descr || !shape || !order) refuse('The header of the file cannot be read: descr, fortran_order or shape is missing.');
  return {dtype: descr[2], fortran: order[1] === 'True', end, view,
          shape: shape[1].split(',').map(s => s.trim()).filter(Boolean).map(Number)};
}
function checkShape(shape) {
  const shown = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  if (shape.length !== 2) refuse(`The shape must be (rows, features), got ${shown}`
    + (shape.length > 2 ? '; tokens and positions become rows by z.reshape(-1, z.shape[-1]).' : '.'));
  const [n, d] = shape;
  if (n < 2) refuse(`At least 2 rows are needed, got ${shown}.`);
  if (d < 1) refuse(`At least 1 feature is needed, got ${shown}.`);
  const part = 'Save a part: numpy.save("part.npy", z[:4096, :1024]).';
  if (n > MOST.rows || d > MOST.columns || n*d > MOST.numbers || Math.min(n, d) > MOST.both) refuse(`${shown} is too large for this page: at most ${MOST.rows} rows, `
    + `${MOST.columns} features, ${MOST.both} of one of them and ${MOST.numbers} numbers in all. ${part}`);
}
function half(bits) {
  const sign = bits >> 15 ? -1 : 1, power = bits >> 10 & 31, rest = bits & 1023;
  if (power === 31) return rest ? NaN : sign*Infinity;
  return sign * (power ? 2**(power-15) * (1 + rest/1024) : 2**-14 * rest/1024);
}
const getters = {
  f2: (v, at, little) => half(v.getUint16(at, little)), f4: (v, at, little) => v.getFloat32(at, little), f8: (v, at, little) => v.getFloat64(at, little),
  i1: (v, at) => v.getInt8(at), i2: (v, at, little) => v.getInt16(at, little), i4: (v, at, little) => v.getInt32(at, little),
  i8: (v, at, little) => Number(v.getBigInt64(at, little)), u1: (v, at) => v.getUint8(at), u2: (v, at, little) => v.getUint16(at, little),
  u4: (v, at, little) => v.getUint32(at, little), u8: (v, at, little) => Number(v.getBigUint64(at, little))};

/** Bytes of a file -> {n, d, z: Float32Array, dtype}; an Error with one line for the reader. */
function readNpy(bytes) {
  const {dtype, fortran, shape, end, view} = readHeader(bytes), kind = dtype.slice(1), size = TYPES[kind];
  if (dtype.includes('O')) refuse('The array holds Python objects (a pickle), which are not opened here; numbers are needed.');
  if (!size || !'<>|='.includes(dtype[0])) refuse(`The dtype must be float16, float32, float64 or an integer, got ${dtype}.`);
  checkShape(shape);
  const [n, d] = shape, there = Math.floor((bytes.length - end)/size);
  if (there < n*d) refuse(`The file is cut off: (${n}, ${d}) needs ${n*d} numbers, and ${there} are there.`);
  const z = new Float32Array(n*d), get = getters[kind], little = dtype[0] !== '>';
  let bad = 0, first = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) {
    const at = i*d + j, x = get(view, end + size*(fortran ? j*n + i : at), little);
    z[at] = x;
    if (!Number.isFinite(z[at]) && !bad++) first = at;
  }
  if (bad) refuse(`All numbers must be finite (and within float32); ${bad} are not, the first in row ${Math.floor(first/d)}, column ${first % d}.`);
  return {n, d, z, dtype, half: kind === 'f2'};
}
