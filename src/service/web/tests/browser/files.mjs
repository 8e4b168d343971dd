// Files for uploads: what looks like a frame to the page, and what does not.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile, rm } from 'node:fs/promises';
import path from 'node:path';

const segment = (marker, body) => Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]), body]);

export function frame(bytes) {
  return Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xe1, Buffer.from('FLIR\0\x01\0\0')), Buffer.from([0xff, 0xda]), randomBytes(bytes)]);
}
export const photo = (bytes) => Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xe0, Buffer.from('JFIF\0')), Buffer.from([0xff, 0xda]), randomBytes(bytes)]);

/** [{file, sha256, size}], in a folder that is made anew. */
export async function writeFrames(folder, count, bytes) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const made = [];
  for (let i = 1; i <= count; ++i) {
    const data = frame(bytes);
    const file = path.join(folder, `DJI_${String(i).padStart(4, '0')}_R.JPG`);
    await writeFile(file, data);
    made.push({ file, size: data.length, sha256: createHash('sha256').update(data).digest('hex') });
  }
  return made;
}
