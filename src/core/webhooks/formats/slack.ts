import type { Message } from '../model.ts';
import { describeAll, type Mood } from './describe.ts';

const EMOJI: Record<Mood, string> = {
  good: ':large_green_circle:',
  neutral: ':large_blue_circle:',
  attention: ':large_yellow_circle:',
  bad: ':red_circle:',
};

/** A section of Slack's Block Kit takes 3000 characters. */
const MAX_LENGTH = 3000;

/** The body of a Slack incoming webhook: blocks, and a text for notifications. */
export const toSlackBody = (messages: readonly [Message, ...Message[]]): string => {
  const { headline, details, mood, source, at } = describeAll(messages);
  const lines = [`${EMOJI[mood]} *${escapeMrkdwn(headline)}*`, ...details.map(escapeMrkdwn)];
  return JSON.stringify({
    text: shorten(escapeMrkdwn(headline)),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', verbatim: true, text: shorten(lines.join('\n')) } },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            verbatim: true,
            text: shorten(`${escapeMrkdwn(source)} · ${new Date(at).toISOString()}`),
          },
        ],
      },
    ],
  });
};

/**
 * `<` would begin a mention or a link; the rest of the markup would only change how a name looks. `verbatim` keeps Slack
 * from making links of addresses and channels; a notification's text has no such switch, so addresses are broken too.
 */
const escapeMrkdwn = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*_~`]/g, '\u200b$&')
    .replaceAll('://', ':\u200b//');

const shorten = (text: string): string =>
  text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1).toWellFormed()}…`;
