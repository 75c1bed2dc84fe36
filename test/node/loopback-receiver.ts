/** Runs in Node beside the tests: a receiver on loopback that misbehaves on a real socket, a way per path. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';

export default async function setup(project: TestProject): Promise<() => void> {
  const server = createServer((request, response) => {
    const { socket } = response;
    request.on('error', () => {});
    switch (request.url) {
      case '/redirect':
        response.writeHead(302, { Location: '/ok' }).end();
        break;
      case '/huge': {
        // 64 MiB, if anybody takes them.
        const chunk = Buffer.alloc(65_536, 'x');
        let left = 1024;
        const send = (): void => {
          while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', send);
          response.end();
        };
        send();
        break;
      }
      case '/reset':
        socket?.resetAndDestroy();
        break;
      case '/short':
        // Says 100 bytes, sends 5, and hangs up.
        socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello');
        break;
      case '/long':
        // Says 5 bytes and sends more.
        socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more');
        break;
      case '/trickle':
        // Answers at once, and then never ends its body.
        response.writeHead(200).write('hello');
        break;
      case '/slow':
        // Never answers.
        break;
      default:
        response.writeHead(204).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  project.provide('loopbackReceiver', `http://127.0.0.1:${port}`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
