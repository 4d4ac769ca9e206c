/** A frame above this is not one of ours: something else answered. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Cuts a stream into frames of four bytes of length (big-endian) and that many bytes. Ends where the stream ends; throws when it ends
 * inside a frame.
 */
export async function* framesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let have = 0;
  const take = (count: number): Uint8Array => {
    const all = parts.length === 1 && parts[0] ? parts[0] : joined(parts);
    parts = all.length > count ? [all.subarray(count)] : [];
    have = all.length - count;
    return all.slice(0, count);
  };
  let need: number | null = null;
  for await (const chunk of stream) {
    parts.push(chunk);
    have += chunk.length;
    for (;;) {
      if (need === null) {
        if (have < 4) break;
        const head = take(4);
        need = new DataView(head.buffer, head.byteOffset, 4).getUint32(0);
        if (need > FRAME_BYTES_MAX) throw new Error('This is not a snapshot.');
      }
      if (have < need) break;
      yield take(need);
      need = null;
    }
  }
  if (need !== null || have > 0) throw new Error('The stream ended inside a frame.');
}

/** These bytes after one another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The chunks of a response body. Not every browser can iterate a ReadableStream itself. */
export async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops reading early also stops the transfer.
    await reader.cancel().catch(() => undefined);
  }
}
