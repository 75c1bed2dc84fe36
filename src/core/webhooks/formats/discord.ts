import type { Message } from '../model.ts';
import { describe, type Mood } from './describe.ts';

const COLORS: Record<Mood, number> = {
  good: 0x2ecc71,
  neutral: 0x5865f2,
  attention: 0xf1c40f,
  bad: 0xe74c3c,
};

/** The body of Discord's Execute Webhook: one embed, which mentions nobody. */
export const toDiscordBody = (message: Message): string => {
  const { headline, details, mood, source } = describe(message);
  return JSON.stringify({
    embeds: [
      {
        title: shorten(escapeMarkdown(headline), 256),
        ...(details.length > 0 && { description: shorten(escapeMarkdown(details.join('\n')), 4096) }),
        color: COLORS[mood],
        timestamp: new Date(message.createdAt).toISOString(),
        footer: { text: shorten(source, 2048) },
      },
    ],
    allowed_mentions: { parse: [] },
  });
};

const escapeMarkdown = (text: string): string => text.replaceAll(/[\\*_~`|<>[\]()#@-]/g, String.raw`\$&`);

/** Discord refuses the whole message where a part is too long. */
const shorten = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).toWellFormed()}…`;
