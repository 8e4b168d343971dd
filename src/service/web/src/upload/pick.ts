// Files from a folder, a drop or a plain choice, each with its path inside what was chosen.

export interface Picked { path: string; file: File }

interface DirectoryHandle extends FileSystemDirectoryHandle {
  values(): AsyncIterableIterator<FileSystemHandle>;
  queryPermission?(options: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>;
}
declare global {
  interface Window { showDirectoryPicker?: (options?: { id?: string; mode?: 'read' }) => Promise<FileSystemDirectoryHandle> }
  interface DataTransferItem { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> }
}

export async function filesIn(folder: FileSystemDirectoryHandle, prefix = `${folder.name}/`): Promise<Picked[]> {
  const picked: Picked[] = [];
  for await (const entry of (folder as DirectoryHandle).values()) {
    if (entry.kind === 'directory') picked.push(...await filesIn(entry as FileSystemDirectoryHandle, `${prefix}${entry.name}/`));
    else picked.push({ path: prefix + entry.name, file: await (entry as FileSystemFileHandle).getFile() });
  }
  return picked;
}

export async function mayRead(folder: FileSystemDirectoryHandle, ask: boolean): Promise<boolean> {
  const handle = folder as DirectoryHandle;
  try {
    if (await handle.queryPermission?.({ mode: 'read' }) === 'granted') return true;
    return ask && await handle.requestPermission?.({ mode: 'read' }) === 'granted';
  } catch {
    return false;
  }
}

export function filesOfInput(list: FileList): Picked[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

function entriesOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
async function filesOfEntry(entry: FileSystemEntry, prefix: string): Promise<Picked[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: prefix + entry.name, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const picked: Picked[] = [];
  for (let batch = await entriesOf(reader); batch.length > 0; batch = await entriesOf(reader)) {
    for (const child of batch) picked.push(...await filesOfEntry(child, `${prefix}${entry.name}/`));
  }
  return picked;
}

/** Has to be called in the drop's own turn: the browser forgets the items afterwards. */
export async function filesOfDrop(data: DataTransfer): Promise<{ files: Picked[]; folder: FileSystemDirectoryHandle | null }> {
  const items = Array.from(data.items).filter((item) => item.kind === 'file');
  const handles = items.map((item) => item.getAsFileSystemHandle?.() ?? null);
  const entries = items.map((item) => item.webkitGetAsEntry());
  const plain = Array.from(data.files);
  if (items.length === 1 && handles[0]) {
    const handle = await handles[0].catch(() => null);
    if (handle?.kind === 'directory') {
      const folder = handle as FileSystemDirectoryHandle;
      return { files: await filesIn(folder), folder };
    }
  }
  const files: Picked[] = [];
  for (let i = 0; i < entries.length; ++i) {
    const entry = entries[i];
    if (entry) files.push(...await filesOfEntry(entry, ''));
    else if (plain[i]) files.push({ path: plain[i]!.name, file: plain[i]! });
  }
  return { files, folder: null };
}
