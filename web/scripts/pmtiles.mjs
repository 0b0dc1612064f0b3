// Reads a PMTiles file as web pages do, with the library that they use, and prints a line of JSON: its header and metadata, then, for each address z/x/y on
// standard input, the SHA-256 of the tile there, or - for none. The test of exports compares them with what the server answers.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { PMTiles } from 'pmtiles';

const path = process.argv[2];
const file = await open(path);
const source = {
  getKey: () => path,
  async getBytes(offset, length) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return { data: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + bytesRead) };
  },
};
const archive = new PMTiles(source);
console.log(JSON.stringify({ header: await archive.getHeader(), metadata: await archive.getMetadata() }));
for await (const address of createInterface({ input: process.stdin })) {
  const [z, x, y] = address.split('/').map(Number);
  const tile = await archive.getZxy(z, x, y);
  console.log(tile ? createHash('sha256').update(new Uint8Array(tile.data)).digest('hex') : '-');
}
await file.close();
