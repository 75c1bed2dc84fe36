// Asks a Minecraft server over RCON who is on, and tells Rollcall, once a minute. Node 20 or newer, no packages.
import net from 'node:net';

const { RCON_HOST = '127.0.0.1', RCON_PORT = '25575', RCON_PASSWORD = '', ROLLCALL_KEY } = process.env;
const { ROLLCALL_URL = 'http://localhost:50809', ROLLCALL_SERVER = '1', PERIOD_MS = '60000' } = process.env;

const packet = (id, type, text) => {
  const body = Buffer.from(`${text}\0\0`);
  const head = Buffer.alloc(12);
  head.writeInt32LE(body.length + 8, 0);
  head.writeInt32LE(id, 4);
  head.writeInt32LE(type, 8);
  return Buffer.concat([head, body]);
};

// What the server answers to a command; an error where it is silent for 10 s, or refuses the password.
const rcon = (command) =>
  new Promise((resolve, reject) => {
    const socket = net.connect(Number(RCON_PORT), RCON_HOST, () => socket.write(packet(1, 3, RCON_PASSWORD)));
    let received = Buffer.alloc(0);
    socket.setTimeout(10_000, () => socket.destroy(new Error('RCON does not answer')));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= received.readInt32LE(0) + 4) {
        const length = received.readInt32LE(0);
        const id = received.readInt32LE(4);
        const text = received.toString('utf8', 12, length + 2);
        received = received.subarray(length + 4);
        if (id === -1) socket.destroy(new Error('RCON refuses the password'));
        else if (id === 1) socket.write(packet(2, 2, command));
        else {
          resolve(text);
          socket.end();
        }
      }
    });
  });

// The names in "There are 2 of a max of 20 players online: Ana, Bo".
const namesOf = (answer) =>
  (answer.split(':')[1] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

const tell = async () => {
  const accounts = namesOf(await rcon('list')).map((username) => ({ username }));
  const answer = await fetch(`${ROLLCALL_URL}/v2/community/servers/${ROLLCALL_SERVER}/activity/roster`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${ROLLCALL_KEY}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ accounts }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
};
// A server that does not answer is not an empty one: then nothing is told, and silence ends the sessions.
for (;;) {
  await tell().catch((error) => console.error(`rollcall: ${error.message}`));
  await new Promise((resolve) => setTimeout(resolve, Number(PERIOD_MS)));
}
