// What an upload needs to go on after a reload: the scan, its files and how far each came.

import { idbAll, idbDelete, idbGet, idbPut } from '../core/idb';
import type { ScanFacts } from '../core/types';
import type { FrameKind } from './frame_kind';

export interface KeptFile {
  path: string;
  size: number;
  modified: number;
  sha256: string;  // empty until hashed
  kind: FrameKind | '';
  url: string;  // of the begun upload
  there: boolean;  // the server has every byte
}
export interface KeptScan {
  id: string;
  user: string;
  facts: ScanFacts;
  begun: number;
  folder: FileSystemDirectoryHandle | null;
  sendAll: boolean;  // also what is no infrared frame
  moreFollow: boolean;  // do not hand in by itself
  committed: boolean;
  files: KeptFile[];
}

export const keptScans = (): Promise<KeptScan[]> => idbAll<KeptScan>('scans');
export const keptScan = (id: string): Promise<KeptScan | undefined> => idbGet<KeptScan>('scans', id);
export const dropScan = (id: string): Promise<void> => idbDelete('scans', id);

export async function keepScan(scan: KeptScan): Promise<void> {
  try {
    await idbPut('scans', scan);
  } catch {
    // Some browsers cannot keep a folder's handle: then the folder is asked for again after a reload.
    await idbPut('scans', { ...scan, folder: null });
  }
}

/** The kept file that a chosen one is: by path, or by name where another way of choosing gave other folders. */
export function matcher(files: KeptFile[]): (path: string, size: number, modified: number) => KeptFile | null {
  const byPath = new Map(files.map((f) => [f.path, f]));
  const byName = new Map<string, KeptFile | null>();
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  // A name that occurs twice says nothing.
  for (const f of files) byName.set(nameOf(f.path), byName.has(nameOf(f.path)) ? null : f);
  return (path, size, modified) => {
    const same = (f: KeptFile | null | undefined): f is KeptFile => !!f && f.size === size && f.modified === modified;
    const exact = byPath.get(path);
    if (same(exact)) return exact;
    const named = byName.get(nameOf(path));
    return same(named) ? named : null;
  };
}
