import type { AnyRow } from '@psa/domain';

const through = (bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Response =>
  new Response(
    new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, BufferSource>),
  );

/** The rows of a page: gzip of a JSON array. Rejects when the bytes are not that. */
export async function unpackRows(bytes: Uint8Array): Promise<AnyRow[]> {
  return (await through(bytes, new DecompressionStream('gzip')).json()) as AnyRow[];
}

/** A page as the server makes it. */
export async function packRows(rows: readonly AnyRow[]): Promise<Uint8Array> {
  const text = new TextEncoder().encode(JSON.stringify(rows));
  return new Uint8Array(await through(text, new CompressionStream('gzip')).arrayBuffer());
}
