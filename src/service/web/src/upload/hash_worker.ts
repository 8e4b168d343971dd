// Reads files beside the page: their SHA-256, and whether they may be infrared frames.

import { frameKind, headBytes, type FrameKind } from './frame_kind';
import { Sha256 } from './sha256';

export interface HashTask { id: number; file: File; path: string }
export interface HashAnswer { id: number; sha256: string; kind: FrameKind; error?: string }

const wholeBytes = 48 * 1024 * 1024;
const pieceBytes = 4 * 1024 * 1024;

async function hash(file: File): Promise<{ sha256: string; head: Uint8Array }> {
  if (file.size <= wholeBytes && 'crypto' in self && self.crypto.subtle) {
    const bytes = await file.arrayBuffer();
    const digest = new Uint8Array(await self.crypto.subtle.digest('SHA-256', bytes));
    const sha256 = Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('');
    return { sha256, head: new Uint8Array(bytes, 0, Math.min(headBytes, bytes.byteLength)) };
  }
  const sum = new Sha256();
  let head: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < file.size; at += pieceBytes) {
    const bytes = new Uint8Array(await file.slice(at, at + pieceBytes).arrayBuffer());
    if (at === 0) head = bytes.slice(0, headBytes);
    sum.update(bytes);
  }
  return { sha256: sum.hex(), head };
}

self.onmessage = async (event: MessageEvent<HashTask>) => {
  const { id, file, path } = event.data;
  let answer: HashAnswer;
  try {
    const { sha256, head } = await hash(file);
    answer = { id, sha256, kind: frameKind(path, file.size, head) };
  } catch (error) {
    answer = { id, sha256: '', kind: 'unreadable', error: String(error) };
  }
  self.postMessage(answer);
};
