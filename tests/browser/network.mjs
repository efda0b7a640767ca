// A network in small between the browser and the site: an HTTP proxy that counts what the browser sends to storage, is as
// fast as it is told, and can be exchanged for another one, which breaks every connection.
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';

const SLICE = 64 * 1024;

export async function makeNetwork(bytesPerSecond) {
  const network = { bytesPerSecond, sentBytes: 0, puts: [], up: true, address: '', change, cut, close };
  const sockets = new Set();
  let free = 0;

  /** Waits until the line has carried so many bytes more; all connections share it. */
  async function carry(bytes) {
    const now = Date.now();
    free = Math.max(free, now) + (bytes * 1000) / network.bytesPerSecond;
    await new Promise((resolve) => setTimeout(resolve, free - now));
  }

  const server = createServer(async (incoming, answer) => {
    const outgoing = ask(incoming.url, { method: incoming.method, headers: incoming.headers, agent: false });
    const part = incoming.method === 'PUT' ? new URL(incoming.url).searchParams.get('partNumber') : null;
    const put = { part: Number(part), bytes: 0, began: Date.now(), status: 0, seconds: 0 };
    if (part) {
      network.puts.push(put);
    }
    outgoing.on('response', (found) => {
      Object.assign(put, { status: found.statusCode, seconds: (Date.now() - put.began) / 1000 });
      answer.writeHead(found.statusCode, found.headers);
      found.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    // What the line has carried arrives, whoever waits for the answer.
    answer.on('close', () => incoming.complete || outgoing.destroy());
    try {
      for await (const block of incoming) {
        for (let from = 0; from < block.length; from += SLICE) {
          const slice = block.subarray(from, from + SLICE);
          put.bytes += slice.length;
          network.sentBytes += part ? slice.length : 0;
          await carry(slice.length);
          outgoing.write(slice);
        }
      }
      outgoing.end();
    } catch {
      outgoing.destroy();
    }
  });
  server.on('connect', (incoming, socket) => {
    const { hostname, port } = new URL(`http://${incoming.url}`);
    const other = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      other.pipe(socket).pipe(other);
    });
    other.on('error', () => socket.destroy());
    socket.on('error', () => other.destroy());
  });
  server.on('connection', (socket) => {
    if (!network.up) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  network.address = `http://127.0.0.1:${server.address().port}`;

  /** Ends every connection, with what is in its buffers. Those of a loopback hold a whole part; a phone's, little. */
  function cut() {
    for (const socket of sockets) {
      socket.destroy();
    }
  }

  /** Another network takes this one's place after a hole of so many milliseconds. */
  async function change(milliseconds, bytes) {
    network.up = false;
    cut();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    network.bytesPerSecond = bytes;
    network.up = true;
  }

  function close() {
    cut();
    server.close();
  }

  return network;
}
