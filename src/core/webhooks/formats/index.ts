import type { Format, Message } from '../model.ts';
import { toDiscordBody } from './discord.ts';
import { toSlackBody } from './slack.ts';
import { toStandardBody } from './standard.ts';

/** The body of a message, or of several that are told as one, in a format: the same bytes at every attempt. */
export const toBody = (format: Format, messages: readonly [Message, ...Message[]]): string => {
  switch (format) {
    case 'standard':
      return toStandardBody(messages[0]);
    case 'discord':
      return toDiscordBody(messages);
    case 'slack':
      return toSlackBody(messages);
    default:
      return format satisfies never;
  }
};
