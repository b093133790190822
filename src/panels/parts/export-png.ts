import { TroubleError } from '../../trouble';

/** An SVG as a PNG, with `scale` pixels for each of its own. */
export async function pngOf(svg: string, scale: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(image.naturalWidth * scale);
  canvas.height = Math.ceil(image.naturalHeight * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob) return blob;
  throw new TroubleError(
    'internal',
    `The browser could not make a picture of ${canvas.width} × ${canvas.height} pixels.`,
    'Export it as SVG instead.',
  );
}
