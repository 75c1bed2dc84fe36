import type { Message } from '../model.ts';
import { describe, type Mood } from './describe.ts';

const EMOJI: Record<Mood, string> = {
  good: ':large_green_circle:',
  neutral: ':large_blue_circle:',
  attention: ':large_yellow_circle:',
  bad: ':red_circle:',
};

/** A section of Slack's Block Kit takes 3000 characters. */
const MAX_LENGTH = 3000;

/** The body of a Slack incoming webhook: blocks, and a text for notifications. */
export const toSlackBody = (message: Message): string => {
  const { headline, details, mood, source } = describe(message);
  const lines = [`${EMOJI[mood]} *${escapeMrkdwn(headline)}*`, ...details.map(escapeMrkdwn)];
  return JSON.stringify({
    text: shorten(escapeMrkdwn(headline)),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: shorten(lines.join('\n')) } },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: shorten(`${escapeMrkdwn(source)} · ${new Date(message.createdAt).toISOString()}`),
          },
        ],
      },
    ],
  });
};

/** `<` would begin a mention or a link; the rest of the markup would only change how a name looks. */
const escapeMrkdwn = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*_~`]/g, '\u200b$&');

const shorten = (text: string): string =>
  text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1).toWellFormed()}…`;
