import type { Message } from '../model.ts';
import { describeAll, type Mood } from './describe.ts';

const COLORS: Record<Mood, number> = {
  good: 0x2ecc71,
  neutral: 0x5865f2,
  attention: 0xf1c40f,
  bad: 0xe74c3c,
};

/** The body of Discord's Execute Webhook: one embed, which mentions nobody. */
export const toDiscordBody = (messages: readonly [Message, ...Message[]]): string => {
  const { headline, details, mood, source, at } = describeAll(messages);
  return JSON.stringify({
    embeds: [
      {
        title: shorten(escapeMarkdown(headline), 256),
        ...(details.length > 0 && { description: shorten(escapeMarkdown(details.join('\n')), 4096) }),
        color: COLORS[mood],
        timestamp: new Date(at).toISOString(),
        footer: { text: shorten(source, 2048) },
      },
    ],
    allowed_mentions: { parse: [] },
  });
};

/** Names are only names: no markup, no mention, and no link that Discord would make of an address in one. */
const escapeMarkdown = (text: string): string =>
  text.replaceAll(/[\\*_~`|<>[\]()#@-]/g, String.raw`\$&`).replaceAll('://', ':\u200b//');

/** Discord refuses the whole message where a part is too long. */
const shorten = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).toWellFormed()}…`;
