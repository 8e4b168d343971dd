// Whether a file may be an infrared frame, from its name and first bytes. Only the server knows for certain; this spares the
// crew from sending gigabytes of ordinary photos and videos over a phone.

export type FrameKind = 'infrared' | 'maybe' | 'visible' | 'other' | 'empty' | 'unreadable';

/** So many first bytes decide: two APP1 segments and what follows them. */
export const headBytes = 192 * 1024;

// As the survey itself has them: what lies beside frames and is none by its name.
const otherEndings = new Set([
  'csv', 'txt', 'json', 'geojson', 'gpkg', 'srt', 'md', 'xml', 'html', 'htm', 'pdf', 'zip', 'gz', '7z', 'rar', 'kml', 'kmz',
  'shp', 'shx', 'dbf', 'prj', 'cpg', 'qgz', 'qgs', 'toml', 'yaml', 'yml', 'ini', 'log', 'xlsx', 'xls', 'doc', 'docx', 'mp4',
  'mov', 'avi', 'mrk', 'obs', 'nav', 'rtk', 'rpos', 'bin', 'db', 'sqlite', 'py', 'sh', 'tfw', 'jgw', 'dxf', 'gpx', 'thm',
  'lrf', 'lrv', 'exe', 'dll']);

function ascii(bytes: Uint8Array, at: number, text: string): boolean {
  if (at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; ++i) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** FLIR: an FFF block in APP1. DJI: raw counts in APP3 (Zenmuse XT S: APP4). */
function kindOfJpeg(bytes: Uint8Array): FrameKind {
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return 'visible';
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return 'visible';
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (length < 2) return 'visible';
    if (marker === 0xe1 && ascii(bytes, at + 4, 'FLIR\0')) return 'infrared';
    if ((marker === 0xe3 || marker === 0xe4) && length > 1024) return 'infrared';
    at += 2 + length;
  }
  return 'maybe';  // its segments go on beyond what was read
}

export function frameKind(name: string, size: number, head: Uint8Array): FrameKind {
  const base = name.slice(name.lastIndexOf('/') + 1);
  if (size === 0) return 'empty';
  if (base.startsWith('.')) return 'other';
  const dot = base.lastIndexOf('.');
  if (dot > 0 && otherEndings.has(base.slice(dot + 1).toLowerCase())) return 'other';
  if (head[0] === 0xff && head[1] === 0xd8) return kindOfJpeg(head);
  if (ascii(head, 0, 'FFF\0') || ascii(head, 0, 'AFF\0')) return 'infrared';
  if (ascii(head, 0, 'II*\0') || ascii(head, 0, 'MM\0*') || ascii(head, 0, 'II+\0') || ascii(head, 0, 'MM\0+')) return 'maybe';
  if (ascii(head, 0, '\x89PNG')) return 'visible';
  // The survey opens whatever it does not know by its name: so it is not for this page to refuse it.
  return 'maybe';
}

export const isSent = (kind: FrameKind): boolean => kind === 'infrared' || kind === 'maybe';
