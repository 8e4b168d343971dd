// The parts that compute something: hashes, kinds of files, filters, geometry, formats.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test from 'node:test';
import { load } from './load.mjs';

test('SHA-256 in pieces agrees with OpenSSL, at every border of a block', async () => {
  const { Sha256 } = await load('upload/sha256.ts');
  assert.equal(new Sha256().hex(), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  for (const size of [1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000, 100003]) {
    const bytes = randomBytes(size);
    const wanted = createHash('sha256').update(bytes).digest('hex');
    assert.equal(new Sha256().update(bytes).hex(), wanted, `${size} bytes at once`);
    const pieces = new Sha256();
    for (let at = 0, step = 1; at < size; at += step, step = (step * 7 + 3) % 131 || 1) pieces.update(bytes.subarray(at, Math.min(size, at + step)));
    assert.equal(pieces.hex(), wanted, `${size} bytes in pieces`);
  }
});

test('what is an infrared frame, as far as the first bytes tell', async () => {
  const { frameKind } = await load('upload/frame_kind.ts');
  const segment = (marker, body) => Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]), body]);
  const jpeg = (...parts) => Buffer.concat([Buffer.from([0xff, 0xd8]), ...parts]);
  const scan = Buffer.from([0xff, 0xda, 0, 4, 0, 0]);
  const exif = segment(0xe1, Buffer.from('Exif\0\0'.padEnd(400, '.')));
  assert.equal(frameKind('a.jpg', 9, jpeg(exif, segment(0xe1, Buffer.from('FLIR\0\x01\0\0')), scan)), 'infrared');
  assert.equal(frameKind('DJI_0001_R.JPG', 9, jpeg(exif, segment(0xe3, Buffer.alloc(4000)), scan)), 'infrared');
  assert.equal(frameKind('a.jpg', 9, jpeg(exif, scan)), 'visible');
  assert.equal(frameKind('a.jpg', 9, jpeg(exif)), 'maybe', 'cut off before the scan: not for the page to refuse');
  assert.equal(frameKind('a.jpg', 9, jpeg(Buffer.from([0xff, 0xe1, 0, 1]))), 'visible', 'a length that cannot be ends it');
  assert.equal(frameKind('x/a.seq', 9, Buffer.from('FFF\0....')), 'infrared');
  assert.equal(frameKind('a.tiff', 9, Buffer.from('II*\0....')), 'maybe');
  assert.equal(frameKind('flight.MP4', 9, Buffer.from('....')), 'other');
  assert.equal(frameKind('100/.DS_Store', 9, Buffer.from('....')), 'other');
  assert.equal(frameKind('a.jpg', 0, Buffer.alloc(0)), 'empty');
  assert.equal(frameKind('frame.raw', 9, Buffer.from('....')), 'maybe');
});

test('a chosen file is found again by its path, or by a name that occurs once', async () => {
  const { matcher } = await load('upload/kept.ts');
  const kept = (path, size = 1, modified = 5) => ({ path, size, modified, sha256: '', kind: '', url: '', there: false });
  const find = matcher([kept('card/100/a.jpg'), kept('card/100/b.jpg'), kept('card/101/b.jpg', 2)]);
  assert.equal(find('card/100/a.jpg', 1, 5)?.path, 'card/100/a.jpg');
  assert.equal(find('a.jpg', 1, 5)?.path, 'card/100/a.jpg');
  assert.equal(find('b.jpg', 1, 5), null, 'two of that name');
  assert.equal(find('card/100/a.jpg', 1, 6), null, 'another day\'s file');
  assert.equal(find('a.jpg', 3, 5), null);
});

test('candidates are grouped, ranked and filtered', async () => {
  const { Table, groupOf, allOpen } = await load('review/table.ts');
  assert.equal(groupOf('new', 'leak', 0.5), 1);
  assert.equal(groupOf('new', 'leak', 0.49), 0);
  assert.equal(groupOf('new', 'leak', null), 0, 'unknown is not likely');
  assert.equal(groupOf('new', 'insulation', 0.9), 0, 'a sure insulation damage is no suspected leak');
  assert.equal(groupOf('to_verify', 'leak', 0.99), 1, 'no score makes a confirmed leak');
  assert.equal(groupOf('confirmed', 'leak', 0.1), 2);
  assert.equal(groupOf('rejected', 'leak', 0.9), 3);
  const table = new Table([['SY-1', 123.43, 41.8, 0.2, 'new', 'leak'], ['SY-2', 123.4301, 41.8, 0.9, 'new', 'leak', 5], ['SY-3', 123.5, 41.8, null, 'new', 'unknown'], ['SY-4', 123.43, 41.8001, 0.95, 'rejected', 'leak']]);
  assert.deepEqual([...table.select(allOpen)], [1, 0, 2]);
  assert.deepEqual([...table.select({ ...allOpen, state: 'all', minScore: 0.5 })], [3, 1]);
  assert.deepEqual([...table.select({ ...allOpen, text: ' sy-3' })], [2]);
  assert.deepEqual([...table.select({ ...allOpen, box: [123.42, 41.79, 123.44, 41.81] })], [1, 0]);
  assert.deepEqual(table.near(0, 60).map((n) => n.index), [1], 'nearest first, what is over left out');
  table.setState(1, 'rejected');
  assert.deepEqual([...table.select(allOpen)], [0, 2]);
  assert.equal(table.groups[1], 3);
});

test('metres on the ground', async () => {
  const { distanceM, bearingDeg, moved, ellipseRing } = await load('map/geometry.ts');
  // A degree of latitude is 111.195 km on the mean sphere.
  assert.ok(Math.abs(distanceM(123, 41, 123, 42) - 111195) < 1);
  assert.ok(Math.abs(bearingDeg(123, 41, 123.01, 41) - 90) < 0.01);
  assert.ok(Math.abs(bearingDeg(123, 41, 123, 40.9) - 180) < 1e-9);
  const [lon, lat] = moved(123, 41, 30, -40);
  assert.ok(Math.abs(distanceM(123, 41, lon, lat) - 50) < 0.01);
  const ring = ellipseRing(123, 41, 10, 2, 90);
  assert.deepEqual(ring[0], ring[48], 'closed');
  assert.ok(Math.abs(distanceM(123, 41, ...ring[0]) - 10) < 0.01 && Math.abs(bearingDeg(123, 41, ...ring[0]) - 90) < 0.1, 'the major axis points east');
  assert.ok(Math.abs(distanceM(123, 41, ...ring[12]) - 2) < 0.01);
});

test('curves break where nothing was seen, and areas with them', async () => {
  const { linePath, areaPath, niceTicks } = await load('ui/plot.tsx');
  const same = (v) => v;
  assert.equal(linePath([0, 1, 2, 3], [5, null, 7, 8], same, same), 'M0.0 5.0M2.0 7.0L3.0 8.0');
  assert.equal(areaPath([0, 1, 2, 3], [5, null, 7, 8], [1, 1, 1, 1], same, same), 'M2.0 7.0L3.0 8.0L3.0 1.0L2.0 1.0Z');
  assert.deepEqual(niceTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(niceTicks(3, 3, 5), [3]);
});

test('numbers as people read them', async () => {
  const f = await load('core/format.ts');
  assert.equal(f.bytes(999), '999 B');
  assert.equal(f.bytes(1_486_000), '1.5 MB');
  assert.equal(f.bytes(999_999_999), '1.0 GB');
  assert.equal(f.chance(0.9999), '>99 %');
  assert.equal(f.chance(0.001), '<1 %');
  assert.equal(f.chance(null), '–');
  assert.equal(f.chance(-1), '–', 'unknown in the table');
  assert.equal(f.metres(9.96), '10.0 m');
  assert.equal(f.metres(1234), '1.23 km');
  assert.equal(f.percent(1, 0), '–');
  assert.equal(f.duration(3725), '1 h 2 min');
  assert.equal(f.fixed(undefined), '–');
});

test('both languages have every text, with the same places for values', async () => {
  const { texts } = await load('core/texts.ts');
  for (const [key, [en, zh]] of Object.entries(texts)) {
    const places = (text) => (text.match(/\{\d\}/g) ?? []).sort().join();
    assert.equal(places(en), places(zh), key);
    if (key !== 'language') {
      assert.doesNotMatch(en, /[\u3400-\u9fff]/, key);
      assert.match(zh, /[\u3400-\u9fff]|^\{0\} \/ \{1\}$/, key);
    }
  }
});

test('months of the schedule', async () => {
  const { monthsBetween } = await load('plan/gantt.tsx');
  const day = (text) => Date.parse(`${text}T00:00:00Z`) / 86400000;
  assert.deepEqual(monthsBetween(day('2026-04-13'), day('2026-06-02')).map((m) => m.label), ['4', '5', '6']);
  assert.deepEqual(monthsBetween(day('2026-12-30'), day('2027-01-01')).map((m) => m.label), ['12', '1']);
});
