// Photos from a phone's camera are larger than anybody needs on a hotspot.

const enough = 2_500_000;
const longestPx = 2400;

/** The file itself if it is small; otherwise drawn again, the longer side at most 2,400 px. */
export async function reduced(file: Blob): Promise<Blob> {
  if (file.size <= enough && file.type === 'image/jpeg') return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, longestPx / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
    return blob ?? file;
  } catch {
    return file;  // the server says what it cannot read
  }
}
