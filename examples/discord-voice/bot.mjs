// Who is in a voice channel, told to Rollcall: each channel is a server. npm install discord.js; Node 20 or newer.
import { pathToFileURL } from 'node:url';

const { DISCORD_TOKEN = '', ROLLCALL_KEY = '', ROLLCALL_URL = 'http://localhost:50809' } = process.env;
/** Channel ids by the number of their server: `CHANNELS=123456789012345678,234567890123456789` are servers 1 and 2. */
const channels = (process.env.CHANNELS ?? '').split(',').filter(Boolean);
const numberOf = (channelId) => channels.indexOf(channelId) + 1;

const send = async (method, serverId, path, body) => {
  const answer = await fetch(`${ROLLCALL_URL}/v2/community/servers/${serverId}/activity${path}`, {
    method,
    headers: { Authorization: `Bearer ${ROLLCALL_KEY}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) console.error(`rollcall: ${answer.status} ${await answer.text()}`);
};

const identity = (member) => ({ discord: member.id, username: member.displayName });

/** Somebody joined, left or changed a channel. */
export const onVoice = async (before, after) => {
  if (before.channelId === after.channelId) return;
  const who = identity(after.member ?? before.member);
  const [left, joined] = [numberOf(before.channelId), numberOf(after.channelId)];
  if (left > 0) await send('POST', left, '', { ...who, forceStop: true });
  if (joined > 0) await send('POST', joined, '', { ...who, forceStart: true });
};

/** Who is in each channel now: repairs what got lost, while the bot was away too. */
export const tellRosters = async (client) => {
  for (const channelId of channels) {
    const channel = client.channels.cache.get(channelId);
    if (!channel) continue;
    const accounts = [...channel.members.values()].map(identity);
    await send('PUT', numberOf(channelId), '/roster', { accounts });
  }
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { Client, GatewayIntentBits } = await import('discord.js');
  const client = new Client({ intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildVoiceStates] });
  const log = (error) => console.error(`rollcall: ${error.message}`);
  client.on('voiceStateUpdate', (before, after) => onVoice(before, after).catch(log));
  client.once('ready', () => {
    tellRosters(client).catch(log);
    setInterval(() => tellRosters(client).catch(log), 60_000);
  });
  await client.login(DISCORD_TOKEN);
}
